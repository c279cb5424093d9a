// SPDX-License-Identifier: Apache-2.0
#include "media/probe/probe_warnings.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace react1::media {
namespace {

/// A file about which there is nothing to say.
MediaInfo quiet() {
  MediaInfo info;
  info.container_duration_s = 6;
  info.duration_s = 6;
  info.video.emplace();
  info.video->fps = 25;
  info.video->frames = 150;
  info.video->duration_s = 6;
  info.video->header_duration_s = 6;
  info.video->header_frames = 150;
  info.video->color.space = "bt709";
  info.video->pix_fmt = "yuv420p";
  info.streams.resize(1);
  return info;
}

ProbeFindings found() {
  ProbeFindings findings;
  findings.videos = 1;
  findings.video_packets = 150;
  return findings;
}

bool warns(MediaInfo info, const ProbeFindings& findings, const std::string& code) {
  mark_truncated(info, findings);
  const auto warnings = probe_warnings(info, findings);
  return std::any_of(warnings.begin(), warnings.end(), [&](const Warning& warning) {
    CHECK_FALSE(warning.message.empty());
    return warning.code == code;
  });
}

TEST_CASE("an ordinary file has no warnings") {
  CHECK(probe_warnings(quiet(), found()).empty());
}

TEST_CASE("fewer frames than the header promises is a truncated file") {
  ProbeFindings findings = found();
  findings.video_packets = 149;
  CHECK(warns(quiet(), findings, "truncated"));
}

TEST_CASE("a header that counts the last packet as full promises no more than there is") {
  MediaInfo info = quiet();
  info.video.reset();
  info.audio.emplace();
  info.audio->sample_rate = 8000;
  info.audio->samples = 12290;
  info.audio->duration_s = Seconds(12290, 8000);
  info.container_duration_s = info.audio->header_duration_s = Seconds(16384, 8000);
  ProbeFindings findings;
  findings.audios = 1;
  findings.audio_packets = 4;
  CHECK(warns(info, findings, "truncated"));
  findings.audio_in_whole_packets_s = Seconds(16384, 8000);
  CHECK_FALSE(warns(info, findings, "truncated"));
}

TEST_CASE("a header that claims more than what its index lists lasts is wrong, and nothing is missing") {
  MediaInfo info = quiet();
  info.video->header_duration_s = 24;
  CHECK(warns(info, found(), "wrong_duration"));
  CHECK_FALSE(warns(info, found(), "truncated"));
  info.video->header_frames.reset();  // unknown without an index
  CHECK(warns(info, found(), "truncated"));
}

TEST_CASE("where the times start counts towards what a header promises") {
  MediaInfo info = quiet();
  info.video->header_duration_s.reset();
  info.video->header_frames.reset();
  info.video->start_s = 36000;
  info.container_duration_s = 36006;
  CHECK_FALSE(warns(info, found(), "truncated"));
  info.container_duration_s = 6;  // or it does not
  CHECK_FALSE(warns(info, found(), "truncated"));
  info.container_duration_s = 37000;
  CHECK(warns(info, found(), "truncated"));
}

TEST_CASE("priming and padding count towards what a header promises of sound") {
  MediaInfo info = quiet();
  info.audio.emplace();
  info.audio->duration_s = Rational{56, 10};
  info.audio->header_duration_s = 6;
  ProbeFindings findings = found();
  CHECK(warns(info, findings, "truncated"));
  findings.audio_trimmed_s = Rational{35, 100};
  CHECK_FALSE(warns(info, findings, "truncated"));
}

TEST_CASE("a file that is as long as its container says is whole, whatever its durations say") {
  MediaInfo info = quiet();
  info.video->header_duration_s.reset();
  info.video->header_frames.reset();
  info.container_duration_s = 9;
  ProbeFindings findings = found();
  CHECK(warns(info, findings, "truncated"));
  findings.missing_bytes = 0;
  CHECK_FALSE(warns(info, findings, "truncated"));
  CHECK(warns(info, findings, "wrong_duration"));
  findings.missing_bytes = 1000;
  CHECK(warns(info, findings, "truncated"));
  info.container_duration_s.reset();  // FFmpeg drops the length of an ASF that was cut off
  CHECK(warns(info, findings, "truncated"));
  info.container_duration_s = 6;  // only the part after the picture is missing
  CHECK_FALSE(warns(info, findings, "truncated"));
}

TEST_CASE("frames without bytes are not missing when every byte that the index lists is there") {
  ProbeFindings findings = found();
  findings.video_packets = 147;
  findings.video_bytes_present = true;
  CHECK_FALSE(warns(quiet(), findings, "truncated"));
}

TEST_CASE("what an edit list hides is not missing") {
  MediaInfo info = quiet();
  ProbeFindings findings = found();
  findings.video_packets = 130;
  info.video->edit_list = true;
  CHECK_FALSE(warns(info, findings, "truncated"));
}

TEST_CASE("a shorter sound than the header promises is a truncated file") {
  MediaInfo info = quiet();
  info.audio.emplace();
  info.audio->duration_s = Rational{58, 10};
  info.audio->header_duration_s = 6;
  CHECK(warns(info, found(), "truncated"));
  info.audio->duration_s = Rational{595, 100};  // a codec's frame of rounding
  CHECK_FALSE(warns(info, found(), "truncated"));
}

TEST_CASE("the container's duration only counts when every stream was measured") {
  MediaInfo info = quiet();
  info.video->header_duration_s.reset();
  info.video->header_frames.reset();
  info.container_duration_s = 9;
  CHECK(warns(info, found(), "truncated"));
  info.streams.resize(2);  // a subtitle stream may be the long one
  CHECK_FALSE(warns(info, found(), "truncated"));
}

TEST_CASE("each property has its own warning") {
  MediaInfo info = quiet();
  info.video->vfr = true;
  CHECK(warns(info, found(), "vfr"));
  info = quiet();
  info.video->interlaced = true;
  CHECK(warns(info, found(), "interlaced"));
  info = quiet();
  info.video->hdr = "hlg";
  CHECK(warns(info, found(), "hdr"));
  info = quiet();
  info.video->color.space.clear();
  CHECK(warns(info, found(), "untagged_color"));
  info.video->pix_fmt = "rgb24";  // has no matrix
  CHECK_FALSE(warns(info, found(), "untagged_color"));
  info = quiet();
  info.container_duration_s.reset();
  info.video->header_duration_s.reset();
  CHECK(warns(info, found(), "no_duration_in_header"));
}

TEST_CASE("several streams, cover art and damage are reported") {
  ProbeFindings findings = found();
  findings.videos = 2;
  findings.audios = 3;
  findings.cover_art = true;
  findings.corrupt_packets = 1;
  CHECK(warns(quiet(), findings, "several_video_streams"));
  CHECK(warns(quiet(), findings, "several_audio_streams"));
  CHECK(warns(quiet(), findings, "cover_art"));
  CHECK(warns(quiet(), findings, "damaged"));
}

TEST_CASE("a stream that starts late is reported, not one within a tenth of a second") {
  MediaInfo info = quiet();
  info.audio.emplace();
  info.audio->start_s = Rational{476, 1000};
  info.audio->duration_s = 6;
  CHECK(warns(info, found(), "late_start"));
  info.audio->start_s = Rational{5, 100};
  CHECK_FALSE(warns(info, found(), "late_start"));
  info = quiet();
  info.video->start_s = 2;
  CHECK(warns(info, found(), "late_start"));
  ProbeFindings broadcast = found();
  broadcast.starts_at_zero = false;
  CHECK_FALSE(warns(info, broadcast, "late_start"));
}

}  // namespace
}  // namespace react1::media
