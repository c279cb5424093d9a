// SPDX-License-Identifier: Apache-2.0
#include "media/check/intact.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/paths.hpp"

namespace react1::media {
namespace {

IntactPictures video_of(const std::string& name, const Seconds& start, const Seconds& end) {
  const std::string source = test::fixture(name);
  const MediaInfo info = probe(source);
  VideoPlan plan;
  plan.stream_index = info.video.value().index;
  plan.start_s = start;
  plan.end_s = end;
  return find_intact_video({source, info}, plan, RunContext{});
}

Intact audio_of(const std::string& name, const Seconds& start, const Seconds& end) {
  const std::string source = test::fixture(name);
  const MediaInfo info = probe(source);
  AudioPlan plan;
  plan.stream_index = info.audio.value().index;
  plan.start_s = start;
  plan.end_s = end;
  return find_intact_audio({source, info}, plan, RunContext{});
}

bool is_whole(const IntactPictures& found) {
  return !found.late && !found.early && found.undecoded == 0;
}

TEST_CASE("an undamaged clip is intact to the window's end, in every container and with B-frames") {
  for (const char* name : {"presenter_h264_bframes_25fps_6s_audio.mp4", "presenter_vp9_no_duration.webm",
                           "transport_wrap_2s.ts", "negative_times.mp4", "raw_30fps_2s.h264", "raw_2997_2s.m2v",
                           "avi_bframes_2s.avi", "presenter_vfr_8s.mp4", "vfr_screen_recording.mp4"}) {
    CAPTURE(std::string(name));
    const Seconds end = probe(test::fixture(name)).video.value().duration_s;
    CHECK(is_whole(video_of(name, 0, end)));
    CHECK(is_whole(video_of(name, Seconds(1, 5), end - Seconds(1, 5))));
  }
}

TEST_CASE("the frame that can't be decoded ends the good part, and a window before it is whole") {
  const IntactPictures found = video_of("corrupt_middle_3s.mp4", 0, 3);
  CHECK_FALSE(found.late);
  CHECK(found.early);
  CHECK(found.end_s == Seconds(8, 5));
  CHECK(is_whole(video_of("corrupt_middle_3s.mp4", 0, Seconds(8, 5))));
  CHECK(is_whole(video_of("corrupt_middle_3s.mp4", 2, 3)));
}

TEST_CASE("a window that starts in what refers to damage is good from the next key frame on") {
  const IntactPictures found = video_of("corrupt_middle_3s.mp4", Seconds(9, 5), 3);
  CHECK(found.late);
  CHECK(found.start_s == 2);
  CHECK_FALSE(found.head_of_stream);
  CHECK_FALSE(found.early);
}

TEST_CASE("B-frames before a damaged packet that may refer to it are not kept") {
  const IntactPictures plain = video_of("corrupt_middle_3s.mp4", 0, 3);
  const IntactPictures reordered = video_of("corrupt_middle_bframes_3s.mp4", 0, 3);
  CHECK(reordered.early);
  CHECK(reordered.end_s <= plain.end_s + Seconds(3, 25));
  CHECK(reordered.end_s >= plain.end_s - Seconds(5, 25));
}

TEST_CASE("a truncated clip is good up to its last whole packet") {
  CHECK(is_whole(video_of("truncated_60pct.mp4", 0, Seconds(85, 25))));
}

TEST_CASE("sound is good up to the packet that can't be decoded") {
  const Intact found = audio_of("corrupt_middle_voice_4s.m4a", 0, 4);
  CHECK(found.damaged);
  CHECK(abs(found.end_s - Seconds(99 * 1024, 44100)) <= Seconds(1024, 44100));
  CHECK_FALSE(audio_of("corrupt_middle_voice_4s.m4a", 0, 2).damaged);
  CHECK_FALSE(audio_of("corrupt_middle_voice_4s.m4a", Seconds(14, 5), Seconds(39, 10)).damaged);
  CHECK_FALSE(audio_of("voice_cover_art.mp3", 0, 4).damaged);
}

}  // namespace
}  // namespace react1::media
