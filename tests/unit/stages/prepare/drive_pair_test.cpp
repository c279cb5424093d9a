// SPDX-License-Identifier: Apache-2.0
// When each clip continues: on its own where possible, and with both plans complete where one needs the other.
#include "stages/prepare/drive_pair.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/paths.hpp"

namespace react1::stages {
namespace {

PlannedPair plan(const PipelineOptions& options, const ClipWork& work) {
  return plan_and_work(test::fixture("presenter_h264_25fps_6s.mp4"), test::fixture("voice_mono_48k_5s.wav"), options,
                       work, RunContext{})
      .value;
}

TEST_CASE("independent clips are made in parallel, the picture on the caller's thread") {
  std::promise<void> picture_began, sound_began;
  const auto patience = std::chrono::seconds(20);
  const auto meets = [&](std::promise<void>& mine, std::promise<void>& other) {
    mine.set_value();
    return other.get_future().wait_for(patience) == std::future_status::ready;
  };
  bool picture_met = false, sound_met = false;
  const auto caller = std::this_thread::get_id();
  std::thread::id picture_thread;
  const PlannedPair pair = plan({}, {.picture =
                                         [&](const PlannedPicture& planned, const RunContext&) {
                                           CHECK(planned.plan.frames > 0);
                                           picture_thread = std::this_thread::get_id();
                                           picture_met = meets(picture_began, sound_began);
                                         },
                                     .sound =
                                         [&](const PlannedSound& planned, const RunContext&) {
                                           CHECK(planned.plan.samples > 0);
                                           sound_met = meets(sound_began, picture_began);
                                         }});
  CHECK(picture_met);
  CHECK(sound_met);
  CHECK(picture_thread == caller);
  CHECK(pair.picture.plan.frames == 150);
  CHECK(pair.sound.plan.samples == 5 * 48000);
}

TEST_CASE("a picture that is fitted to the voice continues when both are planned") {
  PipelineOptions options;
  options.prepare.conform = Conform::cut;
  std::int64_t samples = 0, frames = 0;
  const PlannedPair pair =
      plan(options, {.picture = [&](const PlannedPicture& planned, const RunContext&) { frames = planned.plan.frames; },
                     .sound = [&](const PlannedSound& planned, const RunContext&) { samples = planned.plan.samples; }});
  CHECK(samples == pair.sound.plan.samples);
  CHECK(samples == 5 * 48000);
  CHECK(frames == 125);  // of 150: as many as the voice lasts
  CHECK(pair.picture.conformed.has_value());
}

TEST_CASE("a clip that fails stops the other one, whichever comes first") {
  for (const bool picture_fails : {true, false}) {
    CAPTURE(picture_fails);
    bool stopped = false;
    const auto fails = [](const auto&, const RunContext&) { throw std::runtime_error("this clip"); };
    const auto waits = [&](const auto&, const RunContext& context) {
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (!context.stop.stop_requested() && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      stopped = context.stop.stop_requested();
    };
    const ClipWork work =
        picture_fails ? ClipWork{.picture = fails, .sound = waits} : ClipWork{.picture = waits, .sound = fails};
    // The side that waits may be stopped before it has begun.
    stopped = true;
    CHECK_THROWS_WITH_AS((void)plan({}, work), "this clip", std::runtime_error);
    CHECK(stopped);
  }
}

}  // namespace
}  // namespace react1::stages
