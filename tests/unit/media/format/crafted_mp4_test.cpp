// SPDX-License-Identifier: Apache-2.0
// MP4 boxes whose numbers are as large as they can be written.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <react1/error.hpp>
#include <react1/media.hpp>

#include "core/atomic_file.hpp"
#include "media/format/mp4_layout.hpp"
#include "media/format/mp4_sample_table.hpp"
#include "media/probe/table_survey.hpp"
#include "support/paths.hpp"
#include "unit/media/mp4_boxes.hpp"

namespace react1::media {
namespace {

using test::box;
using test::number;

constexpr std::int64_t longest = std::int64_t{1} << 53;

/// The numbers at which sums, products and signs turn over.
const std::vector<std::uint64_t>& extremes() {
  static const std::vector<std::uint64_t> numbers{0,
                                                  1,
                                                  1000,
                                                  0x7FFFFFFF,
                                                  0x80000000,
                                                  0xFFFFFFFE,
                                                  0xFFFFFFFF,
                                                  std::uint64_t{1} << 53U,
                                                  (std::uint64_t{1} << 62U) - 1,
                                                  std::uint64_t{1} << 62U,
                                                  0x7FFFFFFFFFFFFFFF,
                                                  0x8000000000000000,
                                                  0xFFFFFFFFFFFFFFFE,
                                                  0xFFFFFFFFFFFFFFFF};
  return numbers;
}

/// mvhd or mdhd, version 1.
std::string clock_box(const std::string& type, std::uint64_t timescale, std::uint64_t duration) {
  return box(type, number(1U << 24U, 4) + number(0, 16) + number(timescale, 4) + number(duration, 8) + number(0, 4));
}

std::string edit(std::uint64_t duration, std::uint64_t media_time) {
  return number(duration, 8) + number(media_time, 8) + number(0x10000, 4);
}

std::string edit_list(const std::vector<std::string>& edits) {
  std::string entries;
  for (const std::string& entry : edits) entries += entry;
  return box("edts", box("elst", number(1U << 24U, 4) + number(edits.size(), 4) + entries));
}

std::string movie(std::uint64_t movie_scale, std::uint64_t scale, const std::string& edits, const std::string& tables) {
  const std::string header = box("tkhd", number(0, 12) + number(7, 4) + number(0, 60));
  const std::string media = clock_box("mdhd", scale, 1000) + box("minf", box("stbl", tables));
  return box("moov", clock_box("mvhd", movie_scale, 6000) + box("trak", header + edits + box("mdia", media)));
}

/// Three samples of 10 bytes in one chunk.
std::string tables(const std::string& stts, const std::string& ctts, std::uint64_t offset, std::uint32_t size = 10) {
  return stts + ctts + box("stsz", number(0, 4) + number(size, 4) + number(3, 4)) +
         box("stsc", number(0, 4) + number(1, 4) + number(1, 4) + number(3, 4) + number(1, 4)) +
         box("co64", number(0, 4) + number(1, 4) + number(offset, 8));
}

std::string runs(const std::string& type, const std::vector<std::array<std::uint64_t, 2>>& entries) {
  std::string body = number(0, 4) + number(entries.size(), 4);
  for (const auto& [count, value] : entries) body += number(count, 4) + number(value, 4);
  return box(type, body);
}

struct File {
  std::string bytes;
  ReadAt read = [this](std::int64_t offset, std::span<std::uint8_t> buffer) {
    return bytes.copy(reinterpret_cast<char*>(buffer.data()), buffer.size(), static_cast<std::size_t>(offset));
  };
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(bytes.size()); }
};

TEST_CASE("edits of any size move and cut within reason, or are none that is understood") {
  int understood = 0;
  for (const std::uint64_t movie_scale :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000}, std::uint64_t{0xFFFFFFFF}}) {
    for (const std::uint64_t scale :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{12800}, std::uint64_t{0xFFFFFFFF}}) {
      for (const std::uint64_t duration : extremes()) {
        for (const std::uint64_t time : extremes()) {
          for (const auto& edits :
               {edit_list({edit(duration, time)}), edit_list({edit(duration, ~std::uint64_t{0}), edit(time, 0)}),
                edit_list({edit(time, ~std::uint64_t{0}), edit(duration, duration)})}) {
            File file{movie(movie_scale, scale, edits, "")};
            const auto layout = read_mp4_layout(file.read, file.size());
            REQUIRE(layout);
            REQUIRE(layout->tracks.size() == 1);
            static_cast<void>(layout->tracks[0].edits_matter(layout->movie_timescale));
            const auto played = played_part(layout->tracks[0], layout->movie_timescale);
            if (!played) continue;
            ++understood;
            CHECK(played->pause >= 0);
            CHECK(played->pause <= longest);
            CHECK(played->begin >= 0);
            CHECK(played->begin <= longest);
            CHECK(played->end >= played->begin);
          }
        }
      }
    }
  }
  CHECK(understood > 100);
}

TEST_CASE("tables of any times and places are within reason, or not used") {
  int used = 0;
  for (const std::uint64_t count : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{0xFFFFFFFF}}) {
    for (const std::uint64_t value : extremes()) {
      for (const std::uint64_t offset : extremes()) {
        for (const std::uint32_t size : {0U, 10U, 0xFFFFFFFFU}) {
          const auto stts = runs("stts", {{count, value}, {3, value}, {count, 0xFFFFFFFF}});
          const auto plain = runs("stts", {{3, value}});
          for (const auto& times : {stts, plain}) {
            File file{movie(1000, 1000, "", tables(times, runs("ctts", {{3, value}}), offset, size))};
            const auto layout = read_mp4_layout(file.read, file.size(), Mp4Tables::at_once);
            REQUIRE(layout);
            const Mp4Track& track = layout->tracks.at(0);
            Mp4BoxReader boxes(file.read, file.size());
            auto stbl = boxes.find(0, file.size(), mp4_tag("moov"));
            for (const std::uint32_t type : {mp4_tag("trak"), mp4_tag("mdia"), mp4_tag("minf"), mp4_tag("stbl")}) {
              stbl = boxes.find(stbl->body, stbl->end, type);
            }
            const Mp4TableBoxes lists = table_boxes(boxes, *stbl, Mp4Tables::piecewise);
            for (const std::int64_t at : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, longest, INT64_MAX}) {
              const auto stretch = read_stretch(lists, at, INT64_MAX, 100);
              if (stretch) CHECK(stretch->decode_time <= longest);
              if (stretch) CHECK(*std::min_element(stretch->offsets.begin(), stretch->offsets.end()) >= 0);
            }
            if (!track.table) continue;
            ++used;
            CHECK(track.table->end_byte >= 0);
            const HeaderClaim claim = header_claim(track, layout->movie_timescale);
            CHECK(claim.duration.value_or(0) <= longest);
          }
        }
      }
    }
  }
  CHECK(used > 20);
}

/// Every box of that type; the numbers of its body from `at` on are replaced.
std::vector<std::size_t> boxes_of(const std::string& file, const std::string& type) {
  std::vector<std::size_t> bodies;
  for (std::size_t at = file.find(type); at != std::string::npos; at = file.find(type, at + 1))
    bodies.push_back(at + 4);
  return bodies;
}

TEST_CASE("a clip whose times are rewritten to extremes is measured or refused") {
  struct Place {
    const char* type;
    std::size_t at;  ///< into the box's body
  };
  int measured = 0;
  int refused = 0;
  for (const char* name : {"presenter_h264_bframes_25fps_6s_audio.mp4", "audio_only.m4a"}) {
    const std::string clip = read_file(test::fixture(name));
    for (const Place& place : {Place{"elst", 8}, Place{"elst", 12}, Place{"mdhd", 12}, Place{"mdhd", 16},
                               Place{"mvhd", 12}, Place{"mvhd", 16}, Place{"stts", 8}, Place{"stts", 12},
                               Place{"ctts", 8}, Place{"ctts", 12}, Place{"stsc", 12}, Place{"stsz", 4}}) {
      for (const std::size_t body : boxes_of(clip, place.type)) {
        for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0x7FFFFFFF},
                                          std::uint64_t{0x80000000}, std::uint64_t{0xFFFFFFFF}}) {
          CAPTURE(name);
          CAPTURE(place.type);
          CAPTURE(value);
          auto bytes = std::make_shared<std::vector<std::byte>>(clip.size());
          std::string crafted = clip;
          crafted.replace(body + place.at, 4, number(value, 4));
          std::memcpy(bytes->data(), crafted.data(), crafted.size());
          try {
            const MediaInfo info = probe(Source::memory(std::move(bytes), "crafted"));
            CHECK(info.duration_s >= 0);
            ++measured;
          } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::media);
            ++refused;
          }
        }
      }
    }
  }
  CHECK(measured > 50);
  MESSAGE(measured, " measured, ", refused, " refused");
}

}  // namespace
}  // namespace react1::media
