// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/sha256.hpp"
#include "media/make/make_clip.hpp"
#include "support/paths.hpp"
#include "support/raw_server.hpp"
#include "unit/media/made_video.hpp"
#include "unit/media/pictures.hpp"

#include <react1/error.hpp>

using namespace react1;  // NOLINT(google-build-using-namespace): a test of the library's own names
using react1::test::check_compliant;
using react1::test::fixture;
using react1::test::MadeVideo;
using react1::test::plan_to_encode;

TEST_CASE("twenty seconds at 23.976 become 359 frames, not 360") {
  const MadeVideo made(fixture("presenter_h264_23976_20s.mp4"));
  REQUIRE(made.clip.video);
  CHECK(made.clip.video->frames == 359);
  CHECK(made.clip.video->fps == Rational(24000, 1001));
  CHECK(made.clip.duration_s == Rational(359 * 1001, 24000));
  check_compliant(made);
}

TEST_CASE("every frame of a constant source is encoded once and in order") {
  const std::string source = fixture("presenter_hevc_25fps_4s.mp4");
  const MadeVideo made(source);
  check_compliant(made);
  const auto before = test::decode_luma(source);
  const auto after = test::decode_luma(made.file.string());
  REQUIRE(before.size() == 100);
  REQUIRE(after.size() == 100);
  for (std::size_t i = 0; i < after.size(); ++i) {
    CAPTURE(i);
    CHECK(test::psnr(before[i], after[i]) > 38);
  }
}

TEST_CASE("a prepared clip has its index first and no edit list") {
  const MadeVideo made(fixture("presenter_h264_bframes_25fps_6s_audio.mp4"));
  const auto boxes = test::mp4_boxes(made.file);
  const auto place = [&](const char* name) { return std::find(boxes.begin(), boxes.end(), name); };
  CHECK(place("moov") < place("mdat"));
  CHECK(place("elst") == boxes.end());
  CHECK(std::count(boxes.begin(), boxes.end(), "trak") == 1);
  check_compliant(made);
}

TEST_CASE("a window in the middle begins with the right frame, in every container and codec") {
  for (const char* name :
       {"presenter_h264_bframes_25fps_6s_audio.mp4", "presenter_hevc_25fps_4s.mp4", "presenter_vp9_no_duration.webm"}) {
    CAPTURE(std::string(name));
    const std::string source = fixture(name);
    const auto frames = test::decode_luma(source);
    for (const std::int64_t first : {1, 7, 37, 50, 90}) {
      CAPTURE(first);
      const MadeVideo made(source, [&](VideoPlan& plan) {
        plan.start_s = Rational(first, 25);
        plan.frames = 5;
        plan.end_s = plan.start_s + Rational(5, 25);
      });
      const auto after = test::decode_luma(made.file.string());
      REQUIRE(after.size() == 5);
      for (std::size_t i = 0; i < after.size(); ++i) {
        const std::size_t at = static_cast<std::size_t>(first) + i;
        const double right = test::psnr(after[i], frames.at(at));
        CHECK(right > 36);
        // Frames of a still moment are alike, so the right one must be as good as those around it.
        for (const std::size_t other : {at - 1, at + 1, at + 2}) {
          if (other < frames.size()) CHECK(right + 0.5 > test::psnr(after[i], frames[other]));
        }
      }
      CHECK(made.clip.window_start_s == Rational(first, 25));
      CHECK(made.clip.window_end_s == Rational(first + 5, 25));
    }
  }
}

// A long MP4 is measured by its sample table; its frames have their times nevertheless.
TEST_CASE("who counted the frames makes no difference to which are shown") {
  const std::string source = fixture("presenter_vfr_8s.mp4");
  const TemporaryDirectory folder;
  const auto pictures = [&](FactSource counted_by) {
    MediaInfo info = probe(source);
    info.video->duration_source = info.video->fps_source = counted_by;
    VideoPlan plan = plan_to_encode(info);
    plan.start_s = 5;
    plan.frames = 20;
    plan.end_s = plan.start_s + Rational(20) / plan.fps;
    const auto file = folder.path() / "video.mp4";
    return media::make_video({source, info}, plan, file, 15, RunContext{}).sha256;
  };
  CHECK(pictures(FactSource::packets) == pictures(FactSource::sample_table));
}

TEST_CASE("fifty frames a second become every second one of them") {
  const std::string source = fixture("presenter_50fps_4s.mp4");
  const MadeVideo made(source, [](VideoPlan& plan) {
    plan.fps = 25;
    plan.frames = 100;
  });
  check_compliant(made);
  const auto before = test::decode_luma(source);
  const auto after = test::decode_luma(made.file.string());
  REQUIRE(before.size() == 200);
  REQUIRE(after.size() == 100);
  for (std::size_t i = 0; i < after.size(); i += 7) {
    CAPTURE(i);
    // Neighbours of a nearly still picture are hard to tell apart, so the right one must be as good as any.
    const double right = test::psnr(after[i], before[2 * i]);
    CHECK(right > 36);
    CHECK(right + 0.5 > test::psnr(after[i], before[2 * i + 1]));
  }
}

TEST_CASE("a variable rate becomes constant and keeps its length") {
  const MadeVideo made(fixture("presenter_vfr_8s.mp4"), [](VideoPlan& plan) {
    plan.fps = 30;
    plan.frames = 238;
  });
  CHECK(made.clip.video->frames == 238);
  check_compliant(made);
}

TEST_CASE("a rotated picture is turned upright and its display matrix dropped") {
  const std::string source = fixture("presenter_rotated90_3s.mp4");
  const MadeVideo made(source, [](VideoPlan& plan) { plan.frames = 5; });
  check_compliant(made);
  CHECK(made.clip.video->width == 360);
  CHECK(made.clip.video->height == 640);
  REQUIRE(made.info.video->orientation.rotation_deg == 90);
  const auto before = test::decode_luma(source);
  const auto after = test::decode_luma(made.file.string());
  CHECK(test::psnr(test::turned(before[0]), after[0]) > 38);
  CHECK(test::psnr(test::turned(test::turned(test::turned(before[0]))), after[0]) < 25);
}

TEST_CASE("an odd size loses one row and column and nothing is rescaled") {
  const std::string source = fixture("presenter_odd_size_321x241_2s.mp4");
  const auto before = test::decode_luma(source);
  for (const int more : {0, 2}) {
    CAPTURE(more);
    const MadeVideo made(source, [&](VideoPlan& plan) {
      plan.width = 320 + more;
      plan.height = 240 + more;
      plan.crf = 4;
      plan.frames = 3;
    });
    check_compliant(made);
    CHECK(made.clip.video->width == 320 + more);
    CHECK(made.clip.video->height == 240 + more);
    const auto after = test::decode_luma(made.file.string());
    CHECK(test::psnr(before[0], after[0]) > 45);  // a rescale by one pixel would blur and shift it
  }
}

TEST_CASE("a clip without a duration in its header is encoded to its last frame") {
  const MadeVideo made(fixture("presenter_vp9_no_duration.webm"));
  CHECK(made.clip.video->frames == 125);
  check_compliant(made);
}

TEST_CASE("HDR is mapped down and tagged BT.709") {
  const auto folder = test::media_folder();
  if (!folder) return;
  const MadeVideo made((*folder / "hdr_hevc10_320x180_13s.mp4").string(), [](VideoPlan& plan) {
    plan.tone_map = "pq";
    plan.start_s = 5;
    plan.end_s = 6;
    plan.frames = 25;
  });
  check_compliant(made);
  const auto frames = test::decode_luma(made.file.string());
  const auto& pixels = frames.at(0).pixels;
  // Mapped, its lamps come near white; the same code values taken as SDR would stay below.
  CHECK(*std::max_element(pixels.begin(), pixels.end()) > 150);
  CHECK(*std::min_element(pixels.begin(), pixels.end()) < 24);
}

TEST_CASE("a written clip that exceeds the limit is never used") {
  const std::string source = fixture("presenter_h264_25fps_6s.mp4");
  const TemporaryDirectory folder;
  const MediaInfo info = probe(source);
  const VideoPlan plan = plan_to_encode(info);  // 6 s, against a limit of 5.96
  try {
    (void)media::make_video({source, info}, plan, folder.path() / "video.mp4", Seconds(149, 25), RunContext{});
    FAIL("not thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
    CHECK(error.message().find("packets_sum gives 6.000000 s") != std::string::npos);
  }
  CHECK(test::listing(folder.path()).empty());
}

TEST_CASE("a truncated file is an error that counts its frames, and leaves nothing behind") {
  const std::string source = fixture("truncated_60pct.mp4");
  const TemporaryDirectory folder;
  const MediaInfo info = probe(source);
  try {
    (void)media::make_video({source, info}, plan_to_encode(info), folder.path() / "video.mp4", 15, RunContext{});
    FAIL("not thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
    CHECK(error.message().find("of 150 frames") != std::string::npos);
  }
  CHECK(test::listing(folder.path()).empty());
}

TEST_CASE("the good part of a truncated file can be taken") {
  const MadeVideo made(fixture("truncated_60pct.mp4"), [](VideoPlan& plan) {
    plan.frames = 50;
    plan.end_s = 2;
  });
  CHECK(made.clip.video->frames == 50);
}

TEST_CASE("more frames than the source holds are an error with the counts") {
  try {
    const MadeVideo made(fixture("presenter_hevc_25fps_4s.mp4"), [](VideoPlan& plan) { plan.frames = 110; });
    FAIL("not thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
    CHECK(error.message().find("100 of 110 frames") != std::string::npos);
  }
}

TEST_CASE("a clip behind a URL is passed through or encoded like a local one") {
  const std::string source = fixture("presenter_h264_25fps_6s.mp4");
  const std::string bytes = read_file(source);
  test::RawServer server;
  server.otherwise([&](const test::SeenRequest& request) {
    const std::string range = request.header("range");
    if (range.rfind("bytes=", 0) != 0) return test::answer(200, bytes, "video/mp4", "Accept-Ranges: bytes\r\n");
    const std::size_t first = std::stoul(range.substr(6));
    const std::string place = "Content-Range: bytes " + std::to_string(first) + "-" + std::to_string(bytes.size() - 1) +
                              "/" + std::to_string(bytes.size()) + "\r\n";
    return test::answer(206, std::string_view(bytes).substr(first), "video/mp4", place);
  });
  const MadeVideo copied(server.url("/clip.mp4?signature=secret"),
                         [](VideoPlan& plan) { plan.action = ClipAction::passthrough; });
  CHECK(copied.clip.sha256 == sha256_file(source));
  const MadeVideo encoded(server.url("/clip.mp4"), [](VideoPlan& plan) {
    plan.start_s = 2;
    plan.frames = 10;
  });
  check_compliant(encoded);
  CHECK(encoded.clip.video->frames == 10);
}

TEST_CASE("a stop in the middle leaves no file, whatever is being done") {
  /// Stops at the first progress.
  class Stopper final : public Observer {
   public:
    explicit Stopper(std::stop_source& source) : source_(source) {}
    void on_progress(const Progress&) override { source_.request_stop(); }

   private:
    std::stop_source& source_;
  };
  const std::string source = fixture("presenter_h264_25fps_6s.mp4");
  const MediaInfo info = probe(source);
  for (const ClipAction action : {ClipAction::transcode, ClipAction::remux, ClipAction::passthrough}) {
    CAPTURE(to_string(action));
    const TemporaryDirectory folder;
    std::stop_source stop;
    Stopper stopper(stop);
    const RunContext context{.stop = stop.get_token(), .observer = &stopper};
    VideoPlan plan = plan_to_encode(info);
    plan.action = action;
    try {
      (void)media::make_video({source, info}, plan, folder.path() / "video.mp4", 15, context);
      FAIL("not thrown");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::interrupted);
    }
    CHECK(test::listing(folder.path()).empty());
  }
}

TEST_CASE("progress counts every frame up to the plan's number") {
  class Counter final : public Observer {
   public:
    void on_progress(const Progress& progress) override {
      CHECK(progress.stage == Stage::prepare);
      CHECK(progress.unit == "frames");
      CHECK(progress.done == last + 1);
      CHECK(progress.total == 100);
      last = progress.done;
    }
    std::int64_t last = 0;
  };
  Counter counter;
  const RunContext context{.observer = &counter};
  const MadeVideo made(fixture("presenter_hevc_25fps_4s.mp4"), {}, 15, context);
  CHECK(counter.last == 100);
}

TEST_CASE("an existing file under the final name survives a failure and is replaced by a success") {
  const std::string source = fixture("presenter_hevc_25fps_4s.mp4");
  const TemporaryDirectory folder;
  const auto file = folder.path() / "video.mp4";
  write_file_atomically(file, "earlier");
  const MediaInfo info = probe(source);
  VideoPlan plan = plan_to_encode(info);
  plan.frames = 1000;
  CHECK_THROWS_AS((void)media::make_video({source, info}, plan, file, 15, {}), Error);
  CHECK(read_file(file) == "earlier");
  plan.frames = 5;
  (void)media::make_video({source, info}, plan, file, 15, {});
  CHECK(probe(file.string()).video->frames == 5);
}

TEST_CASE("an unwritable folder is reported before any work") {
  const std::string source = fixture("presenter_hevc_25fps_4s.mp4");
  const MediaInfo info = probe(source);
  try {
    (void)media::make_video({source, info}, plan_to_encode(info), "/proc/no/such/folder/video.mp4", 15, {});
    FAIL("not thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::io);
  }
}

TEST_CASE("every preset gives the same profile and no B-frames") {
  for (const char* preset : {"ultrafast", "veryfast", "medium"}) {
    CAPTURE(preset);
    const MadeVideo made(fixture("presenter_hevc_25fps_4s.mp4"), [&](VideoPlan& plan) {
      plan.preset = preset;
      plan.frames = 10;
      plan.crf = 0;
    });
    check_compliant(made);
  }
}

TEST_CASE("chunks that AVI leaves empty are held in a codec without presentation times as well") {
  const std::string source = fixture("dropped_frames_xvid_2s.avi");  // all from 28 to 48 are
  const auto stored = test::decode_luma(source);
  REQUIRE(stored.size() == 29);
  const MadeVideo made(source);
  const auto shown = test::decode_luma(made.file.string());
  REQUIRE(shown.size() == 50);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    CAPTURE(i);
    CHECK(test::most_alike(shown[i], stored) == (i < 28 ? i : i < 49 ? 27 : 28));
  }
}

TEST_CASE("a clip of a single frame has the rate that was planned") {
  for (const char* name : {"presenter_hevc_25fps_4s.mp4", "presenter_h264_23976_20s.mp4"}) {
    CAPTURE(std::string(name));
    Rational planned;
    const MadeVideo made(fixture(name), [&](VideoPlan& plan) {
      plan.frames = 1;
      plan.end_s = plan.start_s + 1 / plan.fps;
      planned = plan.fps;
    });
    REQUIRE(made.clip.video);
    CHECK(made.clip.video->frames == 1);
    CHECK(made.clip.video->fps == planned);
    CHECK(made.clip.duration_s == 1 / planned);
  }
}
