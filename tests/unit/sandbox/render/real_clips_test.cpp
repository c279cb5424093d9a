// SPDX-License-Identifier: Apache-2.0
// Real clips of every kind through the renderer; skipped where they are absent.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "core/atomic_file.hpp"
#include "sandbox/clips/clip_length.hpp"
#include "support/paths.hpp"

#include <react1/sandbox.hpp>

using namespace react1;

TEST_CASE("every real clip can be rendered with its own measured frame count") {
  const auto folder = test::media_folder();
  if (!folder) return;
  const TemporaryDirectory scratch;
  const RunContext context;
  const auto voice = (*folder / "presenter_voice_16k_mono_9.6s.wav").string();
  const auto voice_s = sandbox::decode_audio_facts(voice, context).seconds;
  int clips = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    // Large pictures and long clips cost minutes under a sanitizer and show nothing new here.
    if (entry.path().extension() != ".mp4" || entry.file_size() > 700'000) continue;
    const auto path = entry.path().string();
    CAPTURE(path);
    const auto facts = sandbox::decode_video_facts(path, context);
    const auto output = (scratch.path() / "out.mp4").string();
    const auto result = preview(path, voice, LipsyncMode::silence, output, context, {.overwrite = true});
    CHECK(result.frames == (std::max(facts.seconds, voice_s) * facts.grid.fps).round());
    const auto again = sandbox::decode_video_facts(output, context);
    CHECK(again.frames == result.frames);
    CHECK(again.grid.fps == facts.grid.fps);
    ++clips;
  }
  CHECK(clips >= 4);
}
