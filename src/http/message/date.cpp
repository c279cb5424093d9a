// SPDX-License-Identifier: Apache-2.0
#include "http/message/date.hpp"

#include <curl/curl.h>

#include <ctime>
#include <string>

namespace react1::http {

std::optional<std::chrono::system_clock::time_point> parse_date(std::string_view text) {
  const std::time_t date = curl_getdate(std::string(text).c_str(), /*unused=*/nullptr);
  if (date == -1) return std::nullopt;
  return std::chrono::system_clock::from_time_t(date);
}

}  // namespace react1::http
