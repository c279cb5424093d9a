// SPDX-License-Identifier: Apache-2.0
#include "media/format/mp4_fragments.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "unit/media/mp4_boxes.hpp"

namespace react1::media {
namespace {

using test::box;
using test::number;

constexpr std::uint32_t kTrack = 7;

std::string movie_of_fragments(std::uint32_t default_duration) {
  const auto trex = [](std::uint32_t track, std::uint32_t duration) {
    return box("trex", number(0, 4) + number(track, 4) + number(1, 4) + number(duration, 4) + number(0, 8));
  };
  return box("ftyp", "isom") + box("moov", box("mvhd", number(0, 12) + number(1000, 4) + number(0, 84)) +
                                               box("mvex", trex(3, 99) + trex(kTrack, default_duration)));
}

std::string track_header(std::uint32_t track, std::uint32_t flags, const std::string& fields) {
  return box("tfhd", number(flags, 4) + number(track, 4) + fields);
}

std::string fragment(const std::string& header, const std::string& runs) {
  return box("moof", box("mfhd", number(0, 8)) + box("traf", header + runs)) + box("mdat", std::string(100, 'x'));
}

/// Samples with these durations and, after each, as many other fields as `flags` announces.
std::string timed_run(std::uint32_t flags, const std::string& before, std::initializer_list<std::uint32_t> durations,
                      std::size_t other_fields) {
  std::string samples;
  for (const std::uint32_t duration : durations) {
    samples += number(duration, 4) + std::string(4 * other_fields, '\xAA');
  }
  return box("trun",
             number(0x100 | flags, 4) + number(static_cast<std::uint32_t>(durations.size()), 4) + before + samples);
}

std::string untimed_run(std::uint32_t samples) {
  return box("trun", number(0, 4) + number(samples, 4));
}

std::optional<std::int64_t> last_of(const std::string& file) {
  const ReadAt read_at = [&](std::int64_t offset, std::span<std::uint8_t> buffer) {
    const std::size_t from = std::min(static_cast<std::size_t>(offset), file.size());
    const std::size_t count = std::min(buffer.size(), file.size() - from);
    std::memcpy(buffer.data(), file.data() + from, count);
    return count;
  };
  const auto size = static_cast<std::int64_t>(file.size());
  const auto layout = read_mp4_layout(read_at, size);
  REQUIRE(layout);
  return last_fragment_sample(read_at, size, *layout, kTrack);
}

TEST_CASE("the last sample's duration is found behind every combination of fields") {
  for (std::uint32_t optional_fields = 0; optional_fields < 32; ++optional_fields) {
    std::uint32_t flags = 0;
    std::string before;
    std::size_t others = 0;
    if ((optional_fields & 1U) != 0) flags |= 0x1U, before += number(0xAAAAAAAA, 4);
    if ((optional_fields & 2U) != 0) flags |= 0x4U, before += number(0xAAAAAAAA, 4);
    if ((optional_fields & 4U) != 0) flags |= 0x200U, ++others;
    if ((optional_fields & 8U) != 0) flags |= 0x400U, ++others;
    if ((optional_fields & 16U) != 0) flags |= 0x800U, ++others;
    CAPTURE(flags);
    const std::string run = timed_run(flags, before, {40, 40, 777}, others);
    CHECK(last_of(movie_of_fragments(40) + fragment(track_header(kTrack, 0x20000, ""), run)) == 777);
  }
}

TEST_CASE("without durations of its own a sample lasts as long as its fragment, else as its track, says") {
  const std::string of_track = track_header(kTrack, 0, "");
  const std::string of_fragment = track_header(kTrack, 0x8, number(50, 4));
  const std::string behind_others = track_header(kTrack, 0x1 | 0x2 | 0x8, number(0, 8) + number(1, 4) + number(60, 4));
  const std::string movie = movie_of_fragments(40);
  CHECK(last_of(movie + fragment(of_track, untimed_run(5))) == 40);
  CHECK(last_of(movie + fragment(of_fragment, untimed_run(5))) == 50);
  CHECK(last_of(movie + fragment(behind_others, untimed_run(5))) == 60);
}

TEST_CASE("the last fragment with samples of the track counts, and what is not of it does not") {
  const std::string movie = movie_of_fragments(40);
  const std::string mine = track_header(kTrack, 0, ""), other = track_header(3, 0, "");
  CHECK(last_of(movie + fragment(mine, timed_run(0, "", {40, 500}, 0)) + fragment(mine, untimed_run(5))) == 40);
  CHECK(last_of(movie + fragment(mine, timed_run(0, "", {40, 500}, 0)) + fragment(mine, untimed_run(0))) == 500);
  CHECK(last_of(movie + fragment(mine, timed_run(0, "", {40, 500}, 0)) + fragment(other, untimed_run(5))) == 500);
  CHECK_FALSE(last_of(movie + fragment(other, untimed_run(5))));
  CHECK_FALSE(last_of(movie));
}

TEST_CASE("a file that is cut off anywhere yields nothing, unless the rest is complete") {
  const std::string movie = movie_of_fragments(40);
  const std::string mine = track_header(kTrack, 0, "");
  const std::string first = movie + fragment(mine, timed_run(0, "", {40, 400}, 0));
  const std::string file = first + fragment(mine, timed_run(0, "", {40, 500}, 0));
  REQUIRE(last_of(file) == 500);
  for (std::size_t size = first.size() + 1; size < file.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(last_of(file.substr(0, size)));
  }
  CHECK(last_of(first) == 400);
}

}  // namespace
}  // namespace react1::media
