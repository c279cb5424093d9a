// SPDX-License-Identifier: Apache-2.0
// The fixtures are what their JSON of truth says; other tests build on it.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>

#include "core/atomic_file.hpp"
#include "core/json_text.hpp"
#include "core/sha256.hpp"
#include "support/paths.hpp"

namespace react1 {
namespace {

namespace fs = std::filesystem;

bool is_clip(const fs::path& path) {
  static const std::set<std::string> kOther{".json", ".py"};
  return fs::is_regular_file(path) && !kOther.contains(path.extension().string());
}

Json truth_of(const fs::path& clip) {
  return Json::parse(read_file(fs::path(clip).replace_extension(".json")));
}

}  // namespace

TEST_CASE("every fixture is the very file that its truth was measured on") {
  int clips = 0;
  for (const auto& entry : fs::directory_iterator(test::source_dir() / "fixtures")) {
    if (!is_clip(entry.path())) continue;
    CAPTURE(entry.path().filename().string());
    const Json truth = truth_of(entry.path());
    CHECK(truth.at("file") == entry.path().filename().string());
    CHECK(truth.at("bytes") == fs::file_size(entry.path()));
    CHECK(truth.at("sha256") == sha256_file(entry.path()));
    CHECK_FALSE(truth.at("quirk").get<std::string>().empty());
    ++clips;
  }
  CHECK(clips >= 19);
}

TEST_CASE("the fixtures that tests rely on have the lengths in their names") {
  const auto frames = [](const char* name) { return truth_of(test::fixture(name)).at("frames").get<int>(); };
  const auto samples = [](const char* name) {
    return truth_of(test::fixture(name)).at("audio").at("samples").get<int>();
  };
  CHECK(frames("presenter_h264_25fps_6s.mp4") == 150);
  CHECK(frames("presenter_h264_bframes_25fps_6s_audio.mp4") == 150);
  CHECK(frames("presenter_h264_23976_20s.mp4") == 480);
  CHECK(frames("presenter_50fps_4s.mp4") == 200);
  CHECK(frames("truncated_60pct.mp4") < 150);
  CHECK(samples("voice_mono_48k_5s.wav") == 5 * 48000);
  CHECK(samples("voice_stereo_44k_7s.wav") == 7 * 44100);
  CHECK(samples("voice_mono_16k_20s.wav") == 20 * 16000);
  CHECK(samples("voice_cover_art.mp3") == 4 * 44100);
}

}  // namespace react1
