// SPDX-License-Identifier: Apache-2.0
// Finding recipes, inheriting defaults and reading values exactly.
#include <doctest/doctest.h>

#include <string>

#include <react1/error.hpp>
#include <react1/pipeline.hpp>

#include "unit/recipe/environment.hpp"

namespace react1 {
namespace {

Error load_failure(const std::string& name_or_path) {
  try {
    (void)load_recipe(name_or_path);
  } catch (const Error& error) {
    return error;
  }
  FAIL("a recipe was found: " << name_or_path);
  return {ErrorCode::internal, "", ""};
}

TEST_CASE("a recipe says what differs and inherits the rest") {
  const test::RecipeFolder folder;
  folder.write("mine.json",
               R"({"parameters": {"emotion": "happy", "lipsync_mode": "loop"}, "retry": {"attempts": 2}})");
  const PipelineOptions options = load_recipe("mine");
  CHECK((options.parameters.emotion == Emotion::happy));
  CHECK((options.parameters.lipsync_mode == LipsyncMode::loop));
  CHECK((options.parameters.model_mode == ModelMode::face));
  CHECK(options.retry.attempts == 2);
  CHECK(options.retry.max_delay.count() == 30'000);
  CHECK((options.prepare.quality == Quality::standard));
  CHECK_FALSE(options.prepare.video_crf.has_value());
}

TEST_CASE("an edited default.json is what other recipes inherit from, and null takes a value back") {
  const test::RecipeFolder folder;
  folder.write("default.json", R"({"parameters": {"emotion": "sad", "lipsync_mode": "remap", "temperature": 0.2}})");
  folder.write("mine.json", R"({"parameters": {"emotion": null, "lipsync_mode": "auto"}})");
  CHECK((load_recipe("default").parameters.emotion == Emotion::sad));
  const PipelineOptions options = load_recipe("mine");
  CHECK_FALSE(options.parameters.emotion.has_value());
  CHECK_FALSE(options.parameters.lipsync_mode.has_value());
  CHECK(options.parameters.temperature == 0.2);
  CHECK(options.retry.attempts == 5);
}

TEST_CASE("a broken default.json is named even when another recipe was asked for") {
  const test::RecipeFolder folder;
  const std::string path = folder.write("default.json", R"({"parameters": {"emotion": "hapy"}})");
  folder.write("mine.json", "{}");
  CHECK(load_failure("mine").where() == path);
}

TEST_CASE("numbers and texts are read as exact quantities") {
  const test::RecipeFolder folder;
  folder.write("exact.json", R"({
    "window": {"video": {"start_s": 0.1, "duration_s": "1001/30000"}, "audio": {"start_s": 1, "end_s": "2.50"}},
    "preprocess": {"max_duration_s": 14.985},
    "advice": {"voice_tail_s": 0.000000001, "remap_slow_down": 1.1, "lost_tail_warn_share": 3e-1},
    "price": {"output_usd_per_minute": 12345.6789}})");
  const PipelineOptions options = load_recipe("exact");
  CHECK(options.prepare.video_window.start == Rational(1, 10));
  CHECK(options.prepare.video_window.duration == Rational(1001, 30000));
  CHECK(options.prepare.audio_window.start == Rational(1));
  CHECK(options.prepare.audio_window.end == Rational(5, 2));
  CHECK(options.prepare.max_duration_s == Rational(14985, 1000));
  CHECK(options.advice.voice_tail_s == Rational(1, 1'000'000'000));
  CHECK(options.advice.remap_slow_down == Rational(11, 10));
  CHECK(options.advice.lost_tail_warn_share == Rational(3, 10));
  CHECK(options.price.usd_per_minute == Rational(123456789, 10000));
}

TEST_CASE("every name of every choice is accepted") {
  const test::RecipeFolder folder;
  const auto with = [&](const std::string& group, const std::string& key, const std::string& word) {
    return load_recipe(folder.write("word.json", "{\"" + group + "\": {\"" + key + "\": \"" + word + "\"}}"));
  };
  for (const char* word : {"happy", "sad", "angry", "disgusted", "surprised", "neutral"}) {
    CHECK(to_string(*with("parameters", "emotion", word).parameters.emotion) == word);
  }
  for (const char* word : {"lips", "face", "head"}) {
    CHECK(to_string(with("parameters", "model_mode", word).parameters.model_mode) == word);
  }
  for (const char* word : {"cut_off", "loop", "bounce", "silence", "remap"}) {
    CHECK(to_string(*with("parameters", "lipsync_mode", word).parameters.lipsync_mode) == word);
  }
  for (const char* word : {"speech", "picture", "both"}) {
    CHECK(to_string(with("advice", "goal", word).advice.goal) == word);
  }
  CHECK((with("preprocess", "fps", "keep").prepare.fps == FpsPolicy::keep));
}

TEST_CASE("what is left to validate() comes with the path of the recipe") {
  const test::RecipeFolder folder;
  folder.write("text.json", R"({"preprocess": {"max_duration_s": "0.5"}})");
  CHECK(load_failure("text").message().find("$.preprocess.max_duration_s: is 0.5; allowed are 1 to 15") !=
        std::string::npos);
}

TEST_CASE("an unknown name tells the known ones and the nearest") {
  const test::RecipeFolder folder;
  folder.write("studio.json", "{}");
  const Error error = load_failure("studo");
  CHECK(error.code() == ErrorCode::usage);
  CHECK(error.message().find("default, studio") != std::string::npos);
  CHECK(error.hint() == "did you mean \"studio\"?");
  CHECK(load_failure("schema").code() == ErrorCode::usage);
  CHECK(load_failure("").code() == ErrorCode::usage);
}

TEST_CASE("a slash or .json means a path, and a path is never looked up by name") {
  const test::RecipeFolder folder;
  const std::string path = folder.write("near.json", "{}");
  CHECK_NOTHROW((void)load_recipe(path));
  CHECK_NOTHROW((void)load_recipe("near"));
  CHECK(load_failure("near.json").message() == "no such recipe file");
  CHECK(load_failure("./default").code() == ErrorCode::usage);
  CHECK(load_failure("/tmp/").message().find("is a folder") != std::string::npos);
}

}  // namespace
}  // namespace react1
