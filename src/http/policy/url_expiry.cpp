// SPDX-License-Identifier: Apache-2.0
#include "http/policy/url_expiry.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "core/number.hpp"
#include "http/message/headers.hpp"
#include "http/message/url.hpp"

namespace react1::http {
namespace {

using Time = std::chrono::system_clock::time_point;
using Parameters = std::map<std::string, std::string, std::less<>>;

Parameters parameters_of(std::string_view query) {
  Parameters found;
  while (!query.empty()) {
    const std::string_view item = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(item.size() + 1, query.size()));
    const auto equals = item.find('=');
    if (equals == std::string_view::npos) continue;
    found.emplace(to_lower(item.substr(0, equals)), item.substr(equals + 1));
  }
  return found;
}

std::optional<std::int64_t> number(std::string_view text) {
  const auto value = read_number<std::int64_t>(text);
  constexpr std::int64_t kYear2286 = 10'000'000'000;  // more would overflow a clock that counts nanoseconds
  return value && *value >= 0 && *value < kYear2286 ? value : std::nullopt;
}

/// "20261124T220000Z", "2026-11-24T22:00:00Z", its colons escaped or not; a date alone begins its day.
std::optional<Time> utc(std::string text) {
  for (auto at = text.find('%'); at != std::string::npos; at = text.find('%', at)) text.erase(at, 3);  // %3A
  std::erase_if(text, [](char c) { return c < '0' || c > '9'; });
  if (text.size() == 8 || text.size() == 12) text.resize(14, '0');
  if (text.size() < 14) return std::nullopt;  // what follows are fractions
  const auto part = [&text](std::size_t at, std::size_t size) {
    return static_cast<int>(*number(std::string_view(text).substr(at, size)));
  };
  using namespace std::chrono;
  const year_month_day date{year(part(0, 4)), month(static_cast<unsigned>(part(4, 2))),
                            day(static_cast<unsigned>(part(6, 2)))};
  if (!date.ok() || part(0, 4) < 1970 || part(0, 4) > 2200) return std::nullopt;
  return sys_days(date) + hours(part(8, 2)) + minutes(part(10, 2)) + seconds(part(12, 2));
}

std::optional<Time> signed_for(const Parameters& parameters, const char* date, const char* life) {
  const auto begin = parameters.find(date);
  const auto length = parameters.find(life);
  if (begin == parameters.end() || length == parameters.end()) return std::nullopt;
  const auto from = utc(begin->second);
  const auto seconds = number(length->second);
  if (!from || !seconds) return std::nullopt;
  return *from + std::chrono::seconds(std::min<std::int64_t>(*seconds, 100'000'000));
}

}  // namespace

std::optional<Time> url_expiry(std::string_view url) {
  const auto parsed = parse_url(url);
  if (!parsed) return std::nullopt;
  const Parameters parameters = parameters_of(parsed->query);
  if (const auto amazon = signed_for(parameters, "x-amz-date", "x-amz-expires")) return amazon;
  if (const auto google = signed_for(parameters, "x-goog-date", "x-goog-expires")) return google;
  if (const auto expires = parameters.find("expires"); expires != parameters.end()) {
    if (const auto seconds = number(expires->second); seconds && *seconds > 0)
      return std::chrono::system_clock::from_time_t(static_cast<std::time_t>(*seconds));
  }
  if (const auto azure = parameters.find("se"); azure != parameters.end()) return utc(azure->second);
  return std::nullopt;
}

}  // namespace react1::http
