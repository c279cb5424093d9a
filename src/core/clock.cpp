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
