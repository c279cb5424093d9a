// SPDX-License-Identifier: Apache-2.0
#include "media/probe/table_survey.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <react1/media.hpp>

#include "core/atomic_file.hpp"
#include "support/paths.hpp"

namespace react1::media {
namespace {

Mp4Layout layout_of(const std::string& content) {
  const auto layout = read_mp4_layout(
      [&](std::int64_t offset, std::span<std::uint8_t> buffer) {
        return content.copy(reinterpret_cast<char*>(buffer.data()), buffer.size(), static_cast<std::size_t>(offset));
      },
      static_cast<std::int64_t>(content.size()), Mp4Tables::at_once);
  REQUIRE(layout);
  return *layout;
}

std::optional<StreamSurvey> listed(const Demuxer& demuxer, const std::string& content, int index) {
  const Mp4Layout layout = layout_of(content);
  for (const Mp4Track& track : layout.tracks) {
    if (track.id != demuxer.stream(index).id) continue;
    return survey_table(track, layout.movie_timescale, demuxer.stream(index),
                        static_cast<std::int64_t>(content.size()));
  }
  return std::nullopt;
}

void check_same(const StreamSurvey& table, const StreamSurvey& packets, const AVStream& stream) {
  CHECK(table.first_is_key == packets.first_is_key);
  if (stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO) {
    CHECK(table.first == packets.first);
    CHECK(table.shown == packets.shown);
    CHECK(table.last == packets.last);
    CHECK(table.reordered == packets.reordered);
    CHECK(table.timing.intervals == packets.timing.intervals);
  } else {
    CHECK(table.samples - table.skip_start - table.skip_end == packets.samples - packets.skip_start - packets.skip_end);
    CHECK(packets.timeline.pieces.empty());
    CHECK(table.first_time == packets.first_time);
    CHECK(table.skip_start == packets.skip_start);
  }
}

/// The number of streams of the file for which the tables gave the same as all packets.
int compare(const std::string& path) {
  const std::string content = read_file(path);
  Demuxer demuxer{path, DemuxerOptions{}, RunContext{}};
  std::vector<int> indexes;
  std::vector<StreamSurvey> tables;
  for (int i = 0; i < demuxer.stream_count(); ++i) {
    const AVMediaType type = demuxer.stream(i).codecpar->codec_type;
    if (type != AVMEDIA_TYPE_VIDEO && type != AVMEDIA_TYPE_AUDIO) continue;
    if (auto survey = listed(demuxer, content, i)) {
      indexes.push_back(i);
      tables.push_back(*survey);
    }
  }
  const std::vector<StreamSurvey> packets = survey_packets(demuxer, indexes, {});
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    CAPTURE(indexes[i]);
    check_same(tables[i], packets[i], demuxer.stream(indexes[i]));
  }
  return static_cast<int>(indexes.size());
}

TEST_CASE("the sample tables tell what all the packets tell") {
  int compared = 0;
  for (const char* name :
       {"presenter_h264_25fps_6s.mp4", "presenter_h264_bframes_25fps_6s_audio.mp4", "presenter_h264_23976_20s.mp4",
        "presenter_vfr_8s.mp4", "presenter_50fps_4s.mp4", "presenter_hevc_25fps_4s.mp4", "presenter_rotated90_3s.mp4",
        "presenter_odd_size_321x241_2s.mp4", "audio_only.m4a"}) {
    CAPTURE(name);
    compared += compare(test::fixture(name));
  }
  CHECK(compared >= 9);
}

TEST_CASE("the sample tables of real clips tell what all their packets tell") {
  const auto folder = test::media_folder();
  if (!folder) return;
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    if (entry.path().extension() != ".mp4") continue;
    CAPTURE(entry.path().string());
    compared += compare(entry.path().string());
  }
  CHECK(compared >= 8);
}

TEST_CASE("a wrong table, and media that is cut off, are left to the packets") {
  const std::string path = test::fixture("presenter_h264_bframes_25fps_6s_audio.mp4");
  const std::string content = read_file(path);
  const Demuxer demuxer{path, DemuxerOptions{}, RunContext{}};
  REQUIRE(listed(demuxer, content, 0));
  for (const char* table : {"stts", "ctts", "stsz", "stsc", "stco"}) {
    CAPTURE(table);
    std::string wrong = content;
    const std::size_t box = wrong.find(table);
    REQUIRE(box != std::string::npos);
    const std::size_t count = box + (std::string(table) == "stsz" ? 12 : 8);
    wrong[count + 3] = static_cast<char>(wrong[count + 3] + 1);  // one entry more than there are
    CHECK_FALSE(listed(demuxer, wrong, 0));
  }
  const Mp4Layout layout = layout_of(content);
  const Mp4Track& track = layout.tracks.front();
  REQUIRE(track.table);
  const AVStream& stream = demuxer.stream(0);
  CHECK(survey_table(track, layout.movie_timescale, stream, track.table->end_byte));
  CHECK_FALSE(survey_table(track, layout.movie_timescale, stream, track.table->end_byte - 1));
}

}  // namespace
}  // namespace react1::media
