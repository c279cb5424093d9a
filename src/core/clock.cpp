// SPDX-License-Identifier: Apache-2.0
#include "core/clock.hpp"

#include <fmt/format.h>

#include <array>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <random>

#include "core/saturate.hpp"

namespace react1 {
namespace {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] std::chrono::system_clock::time_point wall() const override { return std::chrono::system_clock::now(); }
  bool sleep_for(std::chrono::milliseconds duration, const std::stop_token& stop) const override {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_until(lock, stop, saturating_add(now(), at_most_forever(duration)), [] { return false; });
    return !stop.stop_requested();
  }
};

/// Takes numbers and marks off the front of a text.
class Digits {
 public:
  explicit Digits(std::string_view text) : text_(text) {}

  /// Exactly `count` digits.
  [[nodiscard]] std::optional<int> number(std::size_t count) {
    int value = 0;
    if (text_.size() < count) return std::nullopt;
    for (const char c : text_.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  /// One of `marks`; '\0' when there is none.
  char mark(std::string_view marks) {
    if (text_.empty() || marks.find(text_.front()) == std::string_view::npos) return '\0';
    const char found = text_.front();
    text_.remove_prefix(1);
    return found;
  }
  /// Digits of a fraction, those behind the microsecond left out.
  [[nodiscard]] std::chrono::microseconds fraction() {
    std::int64_t value = 0;
    std::int64_t unit = 100'000;
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
      value += unit * (text_.front() - '0');
      unit /= 10;
      text_.remove_prefix(1);
    }
    return std::chrono::microseconds(value);
  }
  [[nodiscard]] bool at_end() const noexcept { return text_.empty(); }

 private:
  std::string_view text_;
};

/// "Z", "+hh:mm", "+hhmm", "+hh" or nothing.
std::optional<std::chrono::minutes> read_offset(Digits& rest) {
  using std::chrono::minutes;
  if (rest.at_end() || rest.mark("Zz") != '\0') return minutes(0);
  const char sign = rest.mark("+-");
  const auto hours = sign != '\0' ? rest.number(2) : std::nullopt;
  if (!hours || *hours > 23) return std::nullopt;
  minutes offset(*hours * 60);
  if (!rest.at_end()) {
    static_cast<void>(rest.mark(":"));
    const auto more = rest.number(2);
    if (!more || *more > 59) return std::nullopt;
    offset += minutes(*more);
  }
  return sign == '-' ? -offset : offset;
}

}  // namespace

const Clock& system_clock() noexcept {
  static const SystemClock clock;
  return clock;
}

std::string iso8601(std::chrono::system_clock::time_point time) {
  const auto since_epoch = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(since_epoch).count();
  const auto millis = since_epoch.count() - seconds * 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, millis);
}

std::optional<std::chrono::system_clock::time_point> parse_iso8601(std::string_view text) {
  using namespace std::chrono;
  Digits rest(text);
  const auto read_year = rest.number(4);
  const bool dash = rest.mark("-") != '\0';
  const auto read_month = rest.number(2);
  const bool second_dash = rest.mark("-") != '\0';
  const auto read_day = rest.number(2);
  if (!read_year || !read_month || !read_day || !dash || !second_dash || rest.mark("Tt ") == '\0') return std::nullopt;
  const auto hour = rest.number(2);
  const bool colon = rest.mark(":") != '\0';
  const auto minute = rest.number(2);
  const bool second_colon = rest.mark(":") != '\0';
  const auto second = rest.number(2);
  if (!hour || !minute || !second || !colon || !second_colon) return std::nullopt;
  const microseconds fraction = rest.mark(".,") != '\0' ? rest.fraction() : microseconds(0);
  const auto offset = read_offset(rest);
  const year_month_day date{year(*read_year), month(static_cast<unsigned>(*read_month)),
                            day(static_cast<unsigned>(*read_day))};
  const bool is_time = *hour <= 23 && *minute <= 59 && *second <= 60;  // 60: a leap second
  if (!offset || !rest.at_end() || !date.ok() || !is_time) return std::nullopt;
  const auto time = sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second) + fraction - *offset;
  return time_point_cast<system_clock::duration>(time);
}

std::string new_id(const Clock& clock) {
  const auto millis = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(clock.wall().time_since_epoch()).count());
  std::random_device device;  // the kernel's generator on Linux
  const std::uint64_t high = (std::uint64_t{device()} << 32U) | device();
  const std::uint64_t low = (std::uint64_t{device()} << 32U) | device();
  // RFC 9562, section 5.7: 48 bits of milliseconds, version 7, variant 10, the rest random.
  return fmt::format("{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}", (millis >> 16U) & 0xFFFFFFFFU, millis & 0xFFFFU,
                     high & 0xFFFU, 0x8000U | (low >> 50U), low & 0xFFFFFFFFFFFFU);
}

}  // namespace react1
