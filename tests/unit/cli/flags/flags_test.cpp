// SPDX-License-Identifier: Apache-2.0
// Flags over recipes.
#include <doctest/doctest.h>

#include <react1/error.hpp>
#include <react1/webhook.hpp>
#include <string>

#include "cli/flags/option_flags.hpp"
#include "cli/flags/webhook_setup.hpp"
#include "recipe/options/typed_value.hpp"

namespace {

using namespace react1;
using namespace react1::cli;
using recipe::parse_time;

/// What `react1 COMMAND LINE` is given.
OptionFlags typed(const std::string& line, const std::string& command = "run") {
  OptionFlags flags;
  CLI::App app;
  add_option_flags(app, flags, command);
  app.parse(line);
  return flags;
}

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
  const PipelineOptions options = resolve(typed("--start 1 --video-start 2 --audio-end 9"));
  CHECK(options.prepare.video_window.start == Rational(2));
  CHECK(options.prepare.audio_window.start == Rational(1));
  CHECK(options.prepare.audio_window.end == Rational(9));
  CHECK_FALSE(options.prepare.video_window.end.has_value());
}

TEST_CASE("half a second may be lost, more with --max-loss, and anything with --salvage") {
  OptionFlags flags;
  CHECK_FALSE(resolve(flags).prepare.salvage);
  CHECK(resolve(flags).prepare.max_loss_s == Seconds(1, 2));
  flags = typed("--salvage --max-loss 1.25", "plan");
  CHECK(resolve(flags).prepare.salvage);
  CHECK(resolve(flags).prepare.max_loss_s == Seconds(5, 4));
  flags.typed.give("--max-loss", "16");
  CHECK_THROWS_AS((void)resolve(flags), Error);
}

TEST_CASE("colours are kept where a player shows them right, unless --color asks for BT.709") {
  OptionFlags flags;
  CHECK((resolve(flags).prepare.color == ColorPolicy::automatic));
  flags = typed("--color bt709", "prepare");
  CHECK((resolve(flags).prepare.color == ColorPolicy::bt709));
  flags.typed.give("--color", "bt901");
  CHECK_THROWS_AS((void)resolve(flags), Error);
}

TEST_CASE("uploads are reused unless disabled, and live as long as the account is set unless specified") {
  OptionFlags flags;
  CHECK(resolve(flags).upload.reuse);
  CHECK_FALSE(resolve(flags).upload.lifecycle.expires_after);
  flags = typed("--no-upload-cache --upload-expires 7200");
  CHECK_FALSE(resolve(flags).upload.reuse);
  CHECK(resolve(flags).upload.lifecycle.expires_after == std::chrono::seconds(7200));
  for (const char* bad : {"0", "-1", "soon", "1e99"}) {
    CAPTURE(std::string(bad));
    flags.typed.give("--upload-expires", bad);
    try {
      static_cast<void>(resolve(flags));
      FAIL("it was taken");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::usage);
      CHECK(error.where() == "--upload-expires");
    }
  }
}

TEST_CASE("a webhook's address is a port, on loopback unless another address precedes it") {
  OptionFlags flags;
  CHECK_FALSE(resolve(flags).webhook.listen);
  flags = typed("--webhook-listen 8080 --webhook-url https://h.example/fal?a=1", "submit");
  const WebhookPlan plan = resolve(flags).webhook;
  REQUIRE(plan.listen);
  CHECK(plan.listen->address == "127.0.0.1");
  CHECK(plan.listen->port == 8080);
  CHECK(plan.url == "https://h.example/fal?a=1");
  flags.typed.give("--webhook-listen", "0.0.0.0:65535");
  const auto listen = resolve(flags).webhook.listen;
  REQUIRE(listen);
  CHECK(listen->address == "0.0.0.0");
  CHECK(listen->port == 65535);
}

TEST_CASE("a client gets the address of its own listener, or of the program that passes reports on") {
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
  OptionFlags flags =
      typed("--emotion surprised --model-mode head --lipsync-mode remap --temperature 0.25 --goal picture --fps keep");
  PipelineOptions options = resolve_for_submit(flags);
  CHECK(options.parameters.emotion == Emotion::surprised);
  CHECK(options.parameters.model_mode == ModelMode::head);
  CHECK(options.parameters.lipsync_mode == LipsyncMode::remap);
  CHECK(options.parameters.temperature == 0.25);
  CHECK(options.advice.goal == Goal::picture);
  CHECK(options.prepare.fps == FpsPolicy::keep);
  flags.typed.give("--lipsync-mode", "auto");
  options = resolve_for_submit(flags);
  CHECK_FALSE(options.parameters.lipsync_mode.has_value());
}

TEST_CASE("an error names the flag and not the field behind it") {
  try {
    (void)resolve(typed("--video-end soon"));
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(error.where() == "--video-end");
  }
}

TEST_CASE("--window names a way of choosing or both windows") {
  OptionFlags flags = typed("--window speech");
  CHECK(resolve(flags).prepare.window == WindowChoice::speech);
  flags.typed.give("--window", "3.5-1:02");
  const PipelineOptions range = resolve(flags);
  CHECK(range.prepare.window == WindowChoice::head);
  for (const WindowOptions& window : {range.prepare.video_window, range.prepare.audio_window}) {
    CHECK(window.start == Rational(7, 2));
    CHECK(window.end == Rational(62));
  }
  for (const char* bad : {"", "3", "5-3", "-3", "tail", "1-2-3", "speech-4"}) {
    CAPTURE(bad);
    flags.typed.give("--window", bad);
    CHECK_THROWS_AS((void)resolve(flags), Error);
  }
}

TEST_CASE("windows that contradict each other are refused, with what to leave out") {
  try {
    (void)resolve(typed("--window 1-2 --audio-start 3"));
    FAIL("not thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(error.where() == "--window");
    CHECK(error.hint().find("leave out") != std::string::npos);
  }
  OptionFlags take = typed("--same-take --start 1");
  CHECK(resolve(take).prepare.same_take);
  take.typed.give("--video-start", "2");
  CHECK_THROWS_AS((void)resolve(take), Error);
}

TEST_CASE("cuts and loudness are set by flags") {
  OptionFlags flags = typed("--cut exact --cut-lookback 1.5 --cut-fade 0 --loudness=-16");
  const PrepareOptions prepare = resolve(flags).prepare;
  CHECK(prepare.cut.policy == CutPolicy::exact);
  CHECK(prepare.cut.lookback_s == Rational(3, 2));
  CHECK(prepare.cut.fade_s == Rational(0));
  CHECK(prepare.loudness_lufs == -16.0);
  flags.typed.give("--loudness", "off");
  CHECK_FALSE(resolve(flags).prepare.loudness_lufs);
  for (const char* bad : {"", "loud", "0", "-71", "nan", "-16 LUFS"}) {
    CAPTURE(bad);
    flags.typed.give("--loudness", bad);
    CHECK_THROWS_AS((void)resolve(flags), Error);
  }
  CHECK_THROWS_AS((void)resolve(typed("--cut pauses")), Error);
}

TEST_CASE("an end replaces the length of a recipe, and a length its end") {
  PipelineOptions options;
  options.prepare.video_window = {.start = 1, .end = 9};
  options.prepare.audio_window = {.duration = 5};
  typed("--duration 3 --audio-end 6").typed.lay_over(options);
  CHECK(options.prepare.video_window == WindowOptions{.start = 1, .duration = 3});
  CHECK(options.prepare.audio_window == WindowOptions{.duration = 3, .end = 6});
}

TEST_CASE("--look-up-wait is how long, 0 once, and off leaves it to a person") {
  const auto lost = [](const std::string& line) { return resolve(typed(line)).lost_answer; };
  CHECK(lost("--look-up-wait 90 --look-up-attempts 3").max_wait == std::chrono::seconds(90));
  CHECK(lost("--look-up-wait 90 --look-up-attempts 3").attempts == 3);
  CHECK(lost("--look-up-wait 0").max_wait.count() == 0);
  CHECK(lost("--look-up-wait 0").look_up);
  CHECK_FALSE(lost("--look-up-wait off").look_up);
  for (const char* bad : {"--look-up-wait=-1", "--look-up-wait 604801", "--look-up-wait never", "--look-up-attempts 0",
                          "--look-up-attempts 1.5"}) {
    CAPTURE(std::string(bad));
    CHECK_THROWS_AS((void)lost(bad), Error);
  }
}

TEST_CASE("a value out of range is refused with its flag, what it is and what is allowed") {
  struct Case {
    const char *line, *flag, *says;
  };
  for (const Case& wrong : {Case{"--max-loss 16", "--max-loss", "is 16; allowed are 0 to 15"},
                            Case{"--temperature 1.5", "--temperature", "\"1.5\" is not a number from 0 to 1"},
                            Case{"--loudness=-4", "--loudness", "\"-4\" is not a number from -70 to -5"},
                            Case{"--look-up-attempts 1001", "--look-up-attempts", "whole number from 1 to 1000"},
                            Case{"--upload-expires 0.5", "--upload-expires", "from 1 to 3153600000 s"},
                            Case{"--max-cost=-1", "--max-cost", "is not an amount of US dollars"},
                            Case{"--webhook-url ftp://h", "--webhook-url", "is not an http(s) URL"},
                            Case{"--video-start 5 --video-end 5", "", "end 5 s is not after start 5 s"}}) {
    CAPTURE(std::string(wrong.line));
    try {
      (void)resolve(typed(wrong.line));
      FAIL("it was taken");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::usage);
      if (*wrong.flag != '\0') CHECK(error.where() == wrong.flag);
      CHECK(error.message().find(wrong.says) != std::string::npos);
    }
  }
}

TEST_CASE("both names of a flag set the same option, and the last one counts") {
  CHECK(resolve(typed("--fit hold")).prepare.conform == Conform::hold);
  CHECK(resolve(typed("--fit hold --conform cut")).prepare.conform == Conform::cut);
  CHECK(resolve(typed("--keep-sync")).prepare.same_take);
}

TEST_CASE("a switch can be taken back, a recipe's too") {
  PipelineOptions options;
  options.prepare.salvage = true;
  typed("--salvage=false").typed.lay_over(options);
  CHECK_FALSE(options.prepare.salvage);
  options.upload.reuse = false;
  typed("--no-upload-cache=false").typed.lay_over(options);
  CHECK(options.upload.reuse);
}

TEST_CASE("each command has the flags of its groups, with the default and what is required in the help") {
  const auto help = [](const std::string& command) {
    OptionFlags flags;
    CLI::App app;
    add_option_flags(app, flags, command);
    return app.help();
  };
  CHECK(help("run").find("--on-interrupt") != std::string::npos);
  CHECK(help("submit").find("--on-interrupt") == std::string::npos);
  CHECK(help("probe").find("--max-source-size SIZE") != std::string::npos);
  CHECK(help("probe").find("--emotion") == std::string::npos);
  CHECK(help("jobs resolve").find("--look-up-wait TIME|off") != std::string::npos);
  CHECK(help("run").find("Required, here or in the recipe") != std::string::npos);
  CHECK(help("plan").find("Required, here or in the recipe") == std::string::npos);
  for (const char* words : {"(default: 0.5)", "(default: 8G)", "(default: 600)", "(default: detach)", "(default: off)",
                            "--fps recommended|keep"}) {
    CAPTURE(std::string(words));
    CHECK(help("run").find(words) != std::string::npos);
  }
}

}  // namespace
