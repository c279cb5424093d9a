#include <doctest/doctest.h>

#include <array>
#include <cstdint>

#include "media/packet_length.hpp"

using namespace react1::media;

TEST_CASE("an Opus packet's first bytes say how long it is, for every configuration and frame count") {
  // RFC 6716, table 2: the frame of each configuration in tenths of a millisecond.
  constexpr std::array<int, 32> tenths{100, 200, 400, 600, 100, 200, 400, 600, 100, 200, 400, 600, 100, 200, 100, 200,
                                       25,  50,  100, 200, 25,  50,  100, 200, 25,  50,  100, 200, 25,  50,  100, 200};
  for (unsigned config = 0; config < tenths.size(); ++config) {
    const std::int64_t frame = std::int64_t{tenths.at(config)} * 48 / 10;
    CAPTURE(config);
    for (const unsigned stereo : {0U, 4U}) {
      const auto toc = [&](unsigned code) { return static_cast<std::uint8_t>((config << 3U) | stereo | code); };
      const std::array<std::uint8_t, 2> one{toc(0), 0}, two{toc(1), 0}, unequal{toc(2), 0};
      CHECK(opus_samples(one.data(), 2) == frame);
      CHECK(opus_samples(two.data(), 2) == 2 * frame);
      CHECK(opus_samples(unequal.data(), 2) == 2 * frame);
      for (std::uint8_t count = 0; count < 64; ++count) {
        const std::array<std::uint8_t, 2> many{toc(3), count};
        const bool valid = count > 0 && count * frame <= 5760;
        CHECK(opus_samples(many.data(), 2) == (valid ? std::optional<std::int64_t>(count * frame) : std::nullopt));
      }
    }
  }
  CHECK_FALSE(opus_samples(nullptr, 0));
  const std::uint8_t alone = 3;
  CHECK_FALSE(opus_samples(&alone, 1));
}
