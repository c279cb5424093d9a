// SPDX-License-Identifier: Apache-2.0
#include "media/format/mp4_layout.hpp"

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

/// mvhd or mdhd, version 0.
std::string short_clock_box(const std::string& type, std::uint32_t timescale, std::uint32_t duration) {
  return box(type, number(0, 4) + number(0, 8) + number(timescale, 4) + number(duration, 4) + number(0, 4));
}

std::string edits(const std::string& entries, std::uint32_t count) {
  return box("edts", box("elst", number(0, 4) + number(count, 4) + entries));
}

std::string edit(std::uint32_t duration, std::int32_t media_time) {
  return number(duration, 4) + number(static_cast<std::uint32_t>(media_time), 4) + number(0x10000, 4);
}

/// A movie of 1000 ticks per second with one track (id 7) of 12800 and 6 s.
std::string movie(const std::string& edit_list) {
  return box("moov", short_clock_box("mvhd", 1000, 6000) +
                         box("trak", box("tkhd", number(0, 12) + number(7, 4) + number(0, 60)) + edit_list +
                                         box("mdia", short_clock_box("mdhd", 12800, 76800))));
}

std::optional<Mp4Layout> parse(const std::string& file) {
  return read_mp4_layout(
      [&](std::int64_t offset, std::span<std::uint8_t> buffer) {
        const std::size_t from = std::min(static_cast<std::size_t>(offset), file.size());
        const std::size_t count = std::min(buffer.size(), file.size() - from);
        std::memcpy(buffer.data(), file.data() + from, count);
        return count;
      },
      static_cast<std::int64_t>(file.size()));
}

const std::string head = box("ftyp", "isom");
const std::string data = box("mdat", std::string(1000, 'x'));

TEST_CASE("an index that announces fragments is distinguished from one that lists everything") {
  CHECK_FALSE(parse(head + movie("") + data)->fragmented);
  const std::string announced = box("moov", short_clock_box("mvhd", 1000, 0) + box("mvex", box("trex", number(0, 24))));
  REQUIRE(parse(head + announced + data));
  CHECK(parse(head + announced + data)->fragmented);
}

TEST_CASE("the index is first, or behind the media data") {
  REQUIRE(parse(head + movie("") + data));
  CHECK(parse(head + movie("") + data)->moov_first);
  REQUIRE(parse(head + data + movie("")));
  CHECK_FALSE(parse(head + data + movie(""))->moov_first);
}

TEST_CASE("clocks and track ids are read") {
  const auto layout = parse(head + movie("") + data);
  REQUIRE(layout);
  CHECK(layout->movie_timescale == 1000);
  CHECK(layout->movie_duration == 6000);
  REQUIRE(layout->tracks.size() == 1);
  CHECK(layout->tracks[0].id == 7);
  CHECK(layout->tracks[0].timescale == 12800);
  CHECK(layout->tracks[0].duration == 76800);
}

bool matters(const std::string& edit_list) {
  const auto layout = parse(head + movie(edit_list) + data);
  REQUIRE(layout);
  return layout->tracks.at(0).edits_matter(layout->movie_timescale);
}

TEST_CASE("an edit list matters when it moves, shortens or splits") {
  CHECK_FALSE(matters(""));
  CHECK_FALSE(matters(edits(edit(6000, 0), 1)));
  CHECK_FALSE(matters(edits(edit(5999, 0), 1)));  // the movie's clock is coarser than the track's
  CHECK_FALSE(matters(edits(edit(0, 0), 1)));     // "all of it", as fragmented files say
  CHECK(matters(edits(edit(6000, 1024), 1)));
  CHECK(matters(edits(edit(4000, 0), 1)));
  CHECK(matters(edits(edit(500, -1) + edit(6000, 0), 2)));
}

TEST_CASE("sixty-four bit sizes and boxes that reach to the end are understood") {
  const std::string wide = number(1, 4) + "mdat" + number(16 + 1000, 8) + std::string(1000, 'x');
  REQUIRE(parse(head + wide + movie("")));
  CHECK_FALSE(parse(head + wide + movie(""))->moov_first);
  std::string open_end = movie("");
  std::memset(open_end.data(), 0, 4);
  REQUIRE(parse(head + open_end));
  CHECK(parse(head + open_end)->tracks.size() == 1);
}

TEST_CASE("a file cut at any byte is read without harm") {
  const std::string whole = head + movie(edits(edit(6000, 1024), 1)) + data;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto layout = parse(whole.substr(0, size));
    if (layout) CHECK(layout->tracks.size() <= 1);
  }
}

TEST_CASE("wrong sizes do not make the walk endless") {
  CHECK_FALSE(parse(std::string(100, '\0')).has_value());
  CHECK_FALSE(parse(number(4, 4) + "moov").has_value());
  // A moov that claims more than the file, with an edit count of four thousand million.
  const std::string liar = number(0x7FFFFFFF, 4) + "moov" + box("trak", edits(edit(1, 1), 0xFFFFFFFFU));
  const auto layout = parse(liar);
  REQUIRE(layout);
  CHECK(layout->tracks.at(0).edits.size() == 1);
}

}  // namespace
}  // namespace react1::media
