// SPDX-License-Identifier: Apache-2.0
// What a proper file server answers, for scripts and handlers of RawServer.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>

#include "support/raw_server.hpp"

namespace react1::test {

struct AskedRange {
  bool is_set = false;
  std::size_t first = 0;
  std::size_t last = 0;  ///< the largest number when the request names no end
};

inline AskedRange asked_range(const SeenRequest& request) {
  const std::string text = request.header("range");
  AskedRange range;
  if (!text.starts_with("bytes=")) return range;
  range.is_set = true;
  range.last = static_cast<std::size_t>(-1);
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data() + 6, end, range.first);
  if (first.ptr != end && first.ptr + 1 != end) std::from_chars(first.ptr + 1, end, range.last);
  return range;
}

/// The head of a 206 with the bytes from `first` to `last` of `total`.
inline std::string part_head(std::size_t first, std::size_t last, std::size_t total, const std::string& more = "") {
  return "HTTP/1.1 206 Partial Content\r\nContent-Type: video/mp4\r\nContent-Length: " +
         std::to_string(last - first + 1) + "\r\nContent-Range: bytes " + std::to_string(first) + "-" +
         std::to_string(last) + "/" + std::to_string(total) + "\r\n" + more + "\r\n";
}

/// A file as a server with ranges gives it. `more` are further header lines, each ending in CRLF.
inline std::string file_answer(const std::string& file, const SeenRequest& request, const std::string& more = "") {
  const AskedRange asked = asked_range(request);
  if (!asked.is_set) return answer(200, file, "video/mp4", more);
  if (asked.first >= file.size())
    return answer(416, "", "text/plain", "Content-Range: bytes */" + std::to_string(file.size()) + "\r\n");
  const std::size_t last = std::min(asked.last, file.size() - 1);
  return part_head(asked.first, last, file.size(), more) + file.substr(asked.first, last - asked.first + 1);
}

}  // namespace react1::test
