// SPDX-License-Identifier: Apache-2.0
#include "media/stream/stream_choice.hpp"

#include <doctest/doctest.h>

namespace react1::media {
namespace {

using Kind = StreamCandidate::Kind;

TEST_CASE("cover art is never the video, even alone or larger") {
  const StreamCandidate cover{
      .index = 0, .kind = Kind::video, .is_picture = true, .is_default = true, .extent = 4000000};
  const StreamCandidate film{.index = 1, .kind = Kind::video, .extent = 1000};
  CHECK(choose_streams(std::vector{cover, film}).video == 1);
  CHECK(choose_streams(std::vector{cover, film}).videos == 1);
  CHECK_FALSE(choose_streams(std::vector{cover}).video.has_value());
}

TEST_CASE("the default video wins over a larger one, then size, then order") {
  const StreamCandidate small_default{.index = 0, .kind = Kind::video, .is_default = true, .extent = 100};
  const StreamCandidate large{.index = 1, .kind = Kind::video, .extent = 900};
  const StreamCandidate large_default{.index = 2, .kind = Kind::video, .is_default = true, .extent = 900};
  const StreamCandidate equal{.index = 3, .kind = Kind::video, .is_default = true, .extent = 900};
  CHECK(choose_streams(std::vector{large, small_default}).video == 0);
  CHECK(choose_streams(std::vector{small_default, large_default}).video == 2);
  CHECK(choose_streams(std::vector{large_default, equal}).video == 2);
}

TEST_CASE("a single picture is only taken when nothing moves, however large and default it is") {
  const StreamCandidate still{.index = 0, .kind = Kind::video, .is_still = true, .is_default = true, .extent = 4000000};
  const StreamCandidate film{.index = 1, .kind = Kind::video, .extent = 1000};
  CHECK(choose_streams(std::vector{still, film}).video == 1);
  CHECK(choose_streams(std::vector{film, still}).video == 1);
  CHECK(choose_streams(std::vector{still}).video == 0);
}

TEST_CASE("a commentary is only taken when there is no other sound") {
  const StreamCandidate commentary{
      .index = 0, .kind = Kind::audio, .is_default = true, .is_special = true, .extent = 6};
  const StreamCandidate voice{.index = 1, .kind = Kind::audio, .extent = 1};
  CHECK(choose_streams(std::vector{commentary, voice}).audio == 1);
  CHECK(choose_streams(std::vector{commentary}).audio == 0);
}

TEST_CASE("among equal sound streams the one with most channels is taken") {
  const StreamCandidate stereo{.index = 4, .kind = Kind::audio, .extent = 2};
  const StreamCandidate surround{.index = 5, .kind = Kind::audio, .extent = 6};
  const auto choice = choose_streams(std::vector{stereo, surround});
  CHECK(choice.audio == 5);
  CHECK(choice.audios == 2);
  CHECK_FALSE(choice.video.has_value());
}

TEST_CASE("a stream without a known codec or size is not chosen") {
  const StreamCandidate unknown{.index = 0, .kind = Kind::video, .usable = false, .is_default = true, .extent = 0};
  CHECK_FALSE(choose_streams(std::vector{unknown}).video.has_value());
}

}  // namespace
}  // namespace react1::media
