#include "media/probe_warnings.hpp"

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

TEST_CASE("several streams, cover art and damage are told") {
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

TEST_CASE("a stream that starts late is told, not one within a tenth of a second") {
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
