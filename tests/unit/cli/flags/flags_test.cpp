// SPDX-License-Identifier: Apache-2.0
// Flags over recipes.
#include <doctest/doctest.h>

#include <react1/error.hpp>
#include <react1/webhook.hpp>
#include <string>

#include "cli/flags/pipeline_flags.hpp"

namespace {

using namespace react1;
using namespace react1::cli;

TEST_CASE("times are seconds, minutes and seconds, or hours, minutes and seconds, and stay exact") {
  CHECK(parse_time("14.5") == Rational(29, 2));
  CHECK(parse_time("0") == Rational(0));
  CHECK(parse_time("1:02.5") == Rational(125, 2));
  CHECK(parse_time("01:00:00.001") == Rational(3'600'001, 1000));
  CHECK(parse_time("90") == Rational(90));
  for (const char* bad :
       {"", ":", "1:", ":1", "1:60", "1.5:10", "-1:10", "1:2:3:4", "x", "1e3", "nan", "9999999999999999999"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS((void)parse_time(bad), Error);
  }
}

TEST_CASE("a flag for one clip goes before the flag for both") {
  PipelineFlags flags;
  flags.both.start = "1";
  flags.video.start = "2";
  flags.audio.end = "9";
  const PipelineOptions options = resolve(flags);
  CHECK(options.prepare.video_window.start == Rational(2));
  CHECK(options.prepare.audio_window.start == Rational(1));
  CHECK(options.prepare.audio_window.end == Rational(9));
  CHECK_FALSE(options.prepare.video_window.end.has_value());
}

TEST_CASE("half a second may be lost, more with --max-loss, and anything with --salvage") {
  PipelineFlags flags;
  CHECK_FALSE(resolve(flags).prepare.salvage);
  CHECK(resolve(flags).prepare.max_loss_s == Seconds(1, 2));
  CLI::App command;
  add_pipeline_flags(command, flags);
  command.parse("--salvage --max-loss 1.25");
  CHECK(resolve(flags).prepare.salvage);
  CHECK(resolve(flags).prepare.max_loss_s == Seconds(5, 4));
  flags.max_loss = "16";
  CHECK_THROWS_AS((void)resolve(flags), Error);
}

TEST_CASE("colours are kept where a player shows them right, unless --color asks for BT.709") {
  PipelineFlags flags;
  CHECK((resolve(flags).prepare.color == ColorPolicy::automatic));
  CLI::App command;
  add_pipeline_flags(command, flags);
  command.parse("--color bt709");
  CHECK((resolve(flags).prepare.color == ColorPolicy::bt709));
  flags.color = "bt901";
  CHECK_THROWS_AS((void)resolve(flags), Error);
}

TEST_CASE("uploads are reused unless told otherwise, and live as long as the account says unless told otherwise") {
  PipelineFlags flags;
  CHECK(resolve(flags).upload.reuse);
  CHECK_FALSE(resolve(flags).upload.lifecycle.expires_after);
  CLI::App command;
  add_upload_flags(command, flags.upload);
  command.parse("--no-upload-cache --upload-expires 7200");
  CHECK_FALSE(resolve(flags).upload.reuse);
  CHECK(resolve(flags).upload.lifecycle.expires_after == std::chrono::seconds(7200));
  for (const char* bad : {"0", "-1", "soon", "1e99"}) {
    CAPTURE(std::string(bad));
    flags.upload.upload_expires = bad;
    try {
      static_cast<void>(resolve(flags));
      FAIL("it was taken");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::usage);
      CHECK(error.where() == "--upload-expires");
    }
  }
}

TEST_CASE("a webhook's address is a port, on loopback unless another address stands before it") {
  PipelineFlags flags;
  CHECK_FALSE(resolve(flags).webhook.listen);
  CLI::App command;
  add_webhook_flags(command, flags.webhook);
  command.parse("--webhook-listen 8080 --webhook-url https://h.example/fal?a=1");
  const WebhookPlan plan = resolve(flags).webhook;
  REQUIRE(plan.listen);
  CHECK(plan.listen->address == "127.0.0.1");
  CHECK(plan.listen->port == 8080);
  CHECK(plan.url == "https://h.example/fal?a=1");
  flags.webhook.listen = "0.0.0.0:65535";
  const auto listen = resolve(flags).webhook.listen;
  REQUIRE(listen);
  CHECK(listen->address == "0.0.0.0");
  CHECK(listen->port == 65535);
}

TEST_CASE("a client is told where its own listener is, or whoever is to pass reports on") {
  FalOptions options;
  options.queue_url = options.rest_url = "http://127.0.0.1:1";
  const WebhookPlan plan{.listen = ListenAddress{.address = "0.0.0.0"}};
  set_up_webhook(options, plan, /*stays=*/false);
  CHECK_FALSE(options.webhook_receiver);
  CHECK(options.webhook_url.empty());
  set_up_webhook(options, plan, /*stays=*/true);
  REQUIRE(options.webhook_receiver);
  CHECK(options.webhook_url == "http://127.0.0.1:" + std::to_string(options.webhook_receiver->port()) + "/");

  FalOptions real;
  CHECK_THROWS_AS(set_up_webhook(real, plan, /*stays=*/true), Error);
  set_up_webhook(real, {.listen = ListenAddress{}, .url = "https://h.example/fal"}, /*stays=*/true);
  CHECK(real.webhook_receiver);
  CHECK(real.webhook_url == "https://h.example/fal");
}

TEST_CASE("flags set the parameters, and auto leaves the mode to the advice") {
  PipelineFlags flags;
  flags.emotion = "surprised";
  flags.model_mode = "head";
  flags.lipsync_mode = "remap";
  flags.temperature = "0.25";
  flags.goal = "picture";
  flags.fps = "keep";
  PipelineOptions options = resolve_for_submit(flags);
  CHECK(options.parameters.emotion == Emotion::surprised);
  CHECK(options.parameters.model_mode == ModelMode::head);
  CHECK(options.parameters.lipsync_mode == LipsyncMode::remap);
  CHECK(options.parameters.temperature == 0.25);
  CHECK(options.advice.goal == Goal::picture);
  CHECK(options.prepare.fps == FpsPolicy::keep);
  flags.lipsync_mode = "auto";
  options = resolve_for_submit(flags);
  CHECK_FALSE(options.parameters.lipsync_mode.has_value());
}

TEST_CASE("an error names the flag and not the field behind it") {
  PipelineFlags flags;
  flags.video.end = "soon";
  try {
    (void)resolve(flags);
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(error.where() == "--video-end");
  }
}

TEST_CASE("--window names a way of choosing or both windows") {
  PipelineFlags flags;
  flags.window = "speech";
  CHECK(resolve(flags).prepare.window == WindowChoice::speech);
  flags.window = "3.5-1:02";
  const PipelineOptions range = resolve(flags);
  CHECK(range.prepare.window == WindowChoice::head);
  for (const WindowOptions& window : {range.prepare.video_window, range.prepare.audio_window}) {
    CHECK(window.start == Rational(7, 2));
    CHECK(window.end == Rational(62));
  }
  for (const char* bad : {"", "3", "5-3", "-3", "tail", "1-2-3", "speech-4"}) {
    CAPTURE(bad);
    flags.window = bad;
    CHECK_THROWS_AS((void)resolve(flags), Error);
  }
}

TEST_CASE("windows that contradict each other are refused, with what to leave out") {
  PipelineFlags flags;
  flags.window = "1-2";
  flags.audio.start = "3";
  try {
    (void)resolve(flags);
    FAIL("not thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(error.where() == "--window");
    CHECK(error.hint().find("leave out") != std::string::npos);
  }
  PipelineFlags take;
  take.same_take = true;
  take.both.start = "1";
  CHECK(resolve(take).prepare.same_take);
  take.video.start = "2";
  CHECK_THROWS_AS((void)resolve(take), Error);
}

TEST_CASE("cuts and loudness are set by flags") {
  PipelineFlags flags;
  flags.cut = "exact";
  flags.cut_lookback = "1.5";
  flags.cut_fade = "0";
  flags.loudness = "-16";
  const PrepareOptions prepare = resolve(flags).prepare;
  CHECK(prepare.cut.policy == CutPolicy::exact);
  CHECK(prepare.cut.lookback_s == Rational(3, 2));
  CHECK(prepare.cut.fade_s == Rational(0));
  CHECK(prepare.loudness_lufs == -16.0);
  flags.loudness = "off";
  CHECK_FALSE(resolve(flags).prepare.loudness_lufs);
  for (const char* bad : {"", "loud", "0", "-71", "nan", "-16 LUFS"}) {
    CAPTURE(bad);
    flags.loudness = bad;
    CHECK_THROWS_AS((void)resolve(flags), Error);
  }
  flags.loudness.reset();
  flags.cut = "pauses";
  CHECK_THROWS_AS((void)resolve(flags), Error);
}

}  // namespace
