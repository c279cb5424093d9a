// SPDX-License-Identifier: Apache-2.0
// A long MP4 as FFmpeg needs to see it to learn what is in it: the same streams, whatever the file looks like.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/atomic_file.hpp"
#include "media/format/mp4_excerpt.hpp"
#include "media/probe/table_survey.hpp"
#include "media/stream/demuxer.hpp"
#include "support/paths.hpp"
#include "unit/media/same_stream.hpp"

namespace react1::media {
namespace {

std::map<std::string, std::string> tags_of(const AVDictionary* dictionary) {
  std::map<std::string, std::string> tags;
  const AVDictionaryEntry* entry = nullptr;
  while ((entry = av_dict_get(dictionary, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr)
    tags[entry->key] = entry->value;
  return tags;
}

void check_same_stream(const AVStream& seen, const AVStream& whole) {
  CHECK(seen.id == whole.id);
  CHECK(av_cmp_q(seen.time_base, whole.time_base) == 0);
  CHECK(seen.disposition == whole.disposition);
  CHECK(tags_of(seen.metadata) == tags_of(whole.metadata));
  const AVCodecParameters& a = *seen.codecpar;
  const AVCodecParameters& b = *whole.codecpar;
  CHECK(a.codec_type == b.codec_type);
  CHECK(a.codec_id == b.codec_id);
  CHECK(a.codec_tag == b.codec_tag);
  test::check_same_pictures(a, b);
  CHECK(a.sample_rate == b.sample_rate);
  CHECK(a.ch_layout.nb_channels == b.ch_layout.nb_channels);
  CHECK(a.frame_size == b.frame_size);
  CHECK(a.block_align == b.block_align);
  REQUIRE(a.extradata_size == b.extradata_size);
  if (a.extradata_size > 0) {
    CHECK(std::memcmp(a.extradata, b.extradata, static_cast<std::size_t>(a.extradata_size)) == 0);
  }
}

/// False when there is no header view.
bool compare(const std::string& file) {
  CAPTURE(file);
  const auto view = view_mp4_header(file, 0, Seconds(0), SourceOptions{}, RunContext{});
  if (!view) return false;
  CHECK(view->size_bytes == static_cast<std::int64_t>(std::filesystem::file_size(file)));
  const Demuxer whole(file, DemuxerOptions{}, RunContext{});
  const Demuxer seen(view->source, DemuxerOptions{}, RunContext{});
  CHECK(seen.name() == whole.name());
  CHECK(seen.header_duration() == whole.header_duration());
  CHECK(tags_of(seen.format().metadata) == tags_of(whole.format().metadata));
  REQUIRE(seen.stream_count() == whole.stream_count());
  for (int i = 0; i < whole.stream_count(); ++i) {
    CAPTURE(i);
    check_same_stream(seen.stream(i), whole.stream(i));
    for (const Mp4Track& track : view->layout.tracks) {
      if (track.id != whole.stream(i).id) continue;
      const HeaderClaim claim = header_claim(track, view->layout.movie_timescale);
      CHECK(claim.duration == whole.header(i).duration);
      CHECK(claim.frames == whole.header(i).frames);
    }
  }
  return true;
}

TEST_CASE("a header view shows FFmpeg the file's streams, and its tables tell what the header claims") {
  int compared = 0;
  for (const std::filesystem::path& file : test::mp4_fixtures())
    compared += std::filesystem::file_size(file) > 0 && compare(file.string()) ? 1 : 0;
  CHECK(compared > 30);
}

void put_number(std::string& bytes, std::int64_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i)
    bytes[static_cast<std::size_t>(at) + i] = static_cast<char>(value >> (8 * (3 - i)) & 0xFFU);
}

/// The file with every clock but the movie's going slower by `times`, which divides its time scales.
std::string slowed(std::string bytes, std::uint32_t times) {
  const ReadAt read_at = [&bytes](std::int64_t offset, std::span<std::uint8_t> buffer) {
    return bytes.copy(reinterpret_cast<char*>(buffer.data()), buffer.size(), static_cast<std::size_t>(offset));
  };
  Mp4BoxReader boxes(read_at, static_cast<std::int64_t>(bytes.size()));
  const auto number = [&](std::int64_t at) { return static_cast<std::uint32_t>(boxes.number(at, 4)); };
  const auto multiply = [&](std::int64_t at) { put_number(bytes, at, number(at) * times); };
  const auto moov = boxes.find(0, static_cast<std::int64_t>(bytes.size()), mp4_tag("moov"));
  const auto mvhd = boxes.find(moov->body, moov->end, mp4_tag("mvhd"));
  multiply(mvhd->body + 16);
  boxes.for_each(moov->body, moov->end, [&](const Mp4Box& trak) {
    if (trak.type != mp4_tag("trak")) return true;
    multiply(boxes.find(trak.body, trak.end, mp4_tag("tkhd"))->body + 20);
    const auto mdia = boxes.find(trak.body, trak.end, mp4_tag("mdia"));
    const auto mdhd = boxes.find(mdia->body, mdia->end, mp4_tag("mdhd"));
    REQUIRE(number(mdhd->body + 12) % times == 0);
    put_number(bytes, mdhd->body + 12, number(mdhd->body + 12) / times);
    if (const auto edts = boxes.find(trak.body, trak.end, mp4_tag("edts"))) multiply(edts->body + 8 + 8);
    return true;
  });
  return bytes;
}

std::vector<std::string> codes_of(const std::vector<Warning>& warnings) {
  std::vector<std::string> codes;
  for (const Warning& warning : warnings) codes.push_back(warning.code);
  return codes;
}

TEST_CASE("a long file probes alike by its tables behind a header view and by its packets") {
  const TemporaryDirectory folder;
  struct Case {
    const char* name;
    std::uint32_t times;
    FactSource counted_by;
  };
  for (const Case& one : {Case{"presenter_h264_25fps_6s.mp4", 16, FactSource::sample_table},
                          Case{"presenter_hevc_25fps_4s.mp4", 32, FactSource::sample_table},
                          Case{"presenter_rotated90_3s.mp4", 32, FactSource::sample_table},
                          // Its edit begins off a frame, which only packets tell.
                          Case{"presenter_vfr_8s.mp4", 10, FactSource::packets}}) {
    CAPTURE(std::string(one.name));
    const std::string bytes = slowed(read_file(test::fixture(one.name)), one.times);
    const auto packets_file = folder.path() / "long.mp4";
    const auto listed_file = folder.path() / "long_and_large.mp4";
    write_file_atomically(packets_file, bytes);
    // Room for what a writer of the box may want to add later; no bytes on the disk.
    constexpr std::uint32_t room = 32U << 20U;
    std::string large = bytes + std::string(8, '\0');
    put_number(large, static_cast<std::int64_t>(bytes.size()), room);
    put_number(large, static_cast<std::int64_t>(bytes.size()) + 4, mp4_tag("free"));
    write_file_atomically(listed_file, large);
    std::filesystem::resize_file(listed_file, bytes.size() + room);

    const MediaInfo packets = probe(packets_file);
    const MediaInfo listed = probe(listed_file);
    REQUIRE(packets.video);
    REQUIRE(listed.video);
    REQUIRE(packets.video->duration_s > 60);
    CHECK(packets.video->duration_source == FactSource::packets);
    CHECK(listed.video->duration_source == one.counted_by);
    CHECK(listed.size_bytes == static_cast<std::int64_t>(bytes.size() + room));
    CHECK(listed.duration_s == packets.duration_s);
    CHECK(listed.container_duration_s == packets.container_duration_s);
    CHECK(listed.moov_first == packets.moov_first);
    CHECK(listed.metadata_keys == packets.metadata_keys);
    CHECK(codes_of(listed.warnings) == codes_of(packets.warnings));
    CHECK(listed.video->frames == packets.video->frames);
    CHECK(listed.video->fps == packets.video->fps);
    CHECK(listed.video->vfr == packets.video->vfr);
    CHECK(listed.video->start_s == packets.video->start_s);
    CHECK(listed.video->duration_s == packets.video->duration_s);
    CHECK(listed.video->header_duration_s == packets.video->header_duration_s);
    CHECK(listed.video->header_frames == packets.video->header_frames);
    CHECK(listed.video->has_b_frames == packets.video->has_b_frames);
    CHECK(listed.video->interlaced == packets.video->interlaced);
    CHECK(listed.video->edit_list == packets.video->edit_list);
    CHECK(listed.video->orientation.rotation_deg == packets.video->orientation.rotation_deg);
    CHECK(listed.video->starts_with_key_frame == packets.video->starts_with_key_frame);
  }
}

TEST_CASE("boxes nested in each other without end are no file, and no stack overflows over them") {
  std::string bytes;
  constexpr int depth = 100'000;
  for (int i = 0; i < depth; ++i) {
    const auto rest = static_cast<std::uint32_t>((depth - i) * 8);
    bytes.append(8, '\0');
    put_number(bytes, i * 8, rest);
    put_number(bytes, i * 8 + 4, i == 0 ? mp4_tag("moov") : i == 1 ? mp4_tag("trak") : mp4_tag("mdia"));
  }
  const TemporaryDirectory folder;
  const auto file = folder.path() / "nested.mp4";
  write_file_atomically(file, bytes);
  CHECK_FALSE(view_mp4_header(file.string(), 0, Seconds(0), SourceOptions{}, RunContext{}).has_value());
  CHECK_FALSE(excerpt_mp4(file.string(), 0, 0, 1, SourceOptions{}, RunContext{}).has_value());
}

}  // namespace
}  // namespace react1::media
