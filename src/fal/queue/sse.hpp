// SPDX-License-Identifier: Apache-2.0
// Server-Sent Events, parsed incrementally. Source: WHATWG HTML, "Server-sent events", parsing an event stream.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace react1::fal {

struct SseEvent {
  std::string name{};  ///< of its "event" field; empty for the usual kind
  std::string data{};  ///< its "data" fields, joined by line feeds
};

/// Parses one stream, split anywhere: CRLF, LF and CR end a line, comments and unknown fields are skipped,
/// events without data or without a final empty line are ignored. Not thread-safe.
class SseParser {
 public:
  using OnEvent = std::function<void(const SseEvent&)>;

  /// `max_bytes`: of one line, and of one event's data.
  explicit SseParser(std::size_t max_bytes = 1U << 20U) noexcept : max_bytes_(max_bytes) {}

  /// Calls `on_event` for each event that these bytes complete. False: above max_bytes; the stream is unusable.
  [[nodiscard]] bool feed(std::string_view bytes, const OnEvent& on_event);

 private:
  void end_line(const OnEvent& on_event);
  void take_field(std::string_view name, std::string_view value);

  std::size_t max_bytes_;
  std::string line_;
  bool after_cr_ = false, first_line_ = true;
  SseEvent event_;
  bool has_data_ = false;
};

}  // namespace react1::fal
