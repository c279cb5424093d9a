// SPDX-License-Identifier: Apache-2.0
// Bad recipes, and the one message each gives.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <react1/error.hpp>
#include <react1/pipeline.hpp>

#include "unit/recipe/environment.hpp"

namespace react1 {
namespace {

Error failure(const std::string& text) {
  const test::RecipeFolder folder;
  const std::string path = folder.write("broken.json", text);
  try {
    (void)load_recipe(path);
  } catch (const Error& error) {
    CHECK(error.where() == path);
    CHECK(error.code() == ErrorCode::usage);
    CHECK_FALSE(error.hint().empty());
    return error;
  }
  FAIL("this recipe was accepted: " << text);
  return {ErrorCode::internal, "", ""};
}

struct Broken {
  std::string text;
  std::vector<std::string> says;
};

TEST_CASE("every broken recipe is refused with its path, what was found and what is allowed") {
  const std::vector<Broken> table{
      {R"({"parameters": {"emotion": "hapy"}})",
       {"$.parameters.emotion: found \"hapy\"", "\"happy\", \"sad\", \"angry\"", "did you mean \"happy\"?"}},
      {R"({"parameters": {"emotion": 3}})", {"$.parameters.emotion: found 3", "\"neutral\""}},
      {R"({"parameters": {"model_mode": null}})", {"$.parameters.model_mode: found null", "\"lips\""}},
      {R"({"parameters": {"lipsync_mode": "bounc"}})", {"did you mean \"bounce\"?", "\"auto\""}},
      {R"({"parameters": {"temperature": 1.5}})", {"$.parameters.temperature: found 1.5", "at least 0 and at most 1"}},
      {R"({"parameters": {"temperature": "0.5"}})", {"found \"0.5\"", "a number at least 0"}},
      {R"({"parameters": {"emotoin": "happy"}})",
       {"$.parameters.emotoin: unknown key", "temperature", "did you mean \"emotion\"?"}},
      {R"({"parameter": {}})", {"$.parameter: unknown key", "did you mean \"parameters\"?"}},
      {R"({"parameters": []})", {"$.parameters: found an array; allowed: an object"}},
      {R"({"parameters": null})", {"$.parameters: found null; allowed: an object"}},
      {R"([])", {"$: found an array; allowed: an object"}},
      {R"("default")", {"$: found \"default\"; allowed: an object"}},
      {R"({"window": {"video": {"start_s": -1}}})", {"$.window.video.start_s: found -1", "at least 0", "null"}},
      {R"({"window": {"audio": {"duration_s": 0}}})", {"$.window.audio.duration_s: found 0", "above 0"}},
      {R"({"window": {"video": {"start_s": "soon"}}})", {"found \"soon\"", "30000/1001"}},
      {R"({"window": {"video": {"start_s": "1/0"}}})", {"$.window.video.start_s: found \"1/0\""}},
      {R"({"window": {"video": {"start_s": 1, "duration_s": 1, "end_s": 2}}})",
       {"$.window.video: start, duration and end are all given"}},
      {R"({"window": {"audio": {"start_s": 5, "end_s": 3}}})", {"$.window.audio: end 3 s is not after start 5 s"}},
      {R"({"window": {"video": {"start": 1}}})", {"$.window.video.start: unknown key", "did you mean \"start_s\"?"}},
      {R"({"window": {"video": {"start_s": 1e-30}}})", {"$.window.video.start_s: found 1e-30", "18 decimal places"}},
      {R"({"preprocess": {"max_duration_s": 16}})", {"$.preprocess.max_duration_s: found 16", "at most 15"}},
      {R"({"preprocess": {"max_duration_s": "16"}})", {"$.preprocess.max_duration_s: is 16; allowed are 1 to 15"}},
      {R"({"preprocess": {"video_crf": 17.5}})", {"$.preprocess.video_crf: found 17.5", "a whole number", "51"}},
      {R"({"preprocess": {"video_crf": 99}})", {"found 99", "at least 0 and at most 51"}},
      {R"({"preprocess": {"video_preset": "veryfats"}})", {"did you mean \"veryfast\"?"}},
      {R"({"preprocess": {"fps": 25}})", {"$.preprocess.fps: found 25", "\"recommended\", \"keep\""}},
      {R"({"preprocess": {"fps": {}}})", {"$.preprocess.fps: found an object", "\"recommended\", \"keep\""}},
      {R"({"parameters": {"emotion": {"happy": 1}}})", {"$.parameters.emotion: found an object", "\"happy\""}},
      {R"({"parameters": {"emotion": ["happy"]}})", {"$.parameters.emotion: found an array", "\"happy\""}},
      {R"({"preprocess": {"stall_timeout_ms": true}})", {"found true", "a whole number"}},
      {R"({"advice": {"many_turns": 1}})", {"$.advice.many_turns: is 1; it must not be below one_turn, which is 2"}},
      {R"({"advice": {"goal": "speach"}})", {"did you mean \"speech\"?"}},
      {R"({"retry": {"attempts": 0}})", {"$.retry.attempts: found 0", "at least 1 and at most 20"}},
      {R"({"retry": {"max_delay_ms": 100}})", {"$.retry.max_delay_ms: is 100 ms", "500 ms"}},
      {R"({"price": {"output_usd_per_minute": -1}})", {"$.price.output_usd_per_minute: found -1"}},
      {R"({"storage": {"clips_directory": ""}})", {"$.storage.clips_directory: found \"\"", "text that is not empty"}},
      {R"({"wait": {"max_wait_ms": 99999999999999999999}})", {"$.wait.max_wait_ms", "a whole number"}},
      {R"({"lost_answer": {"attempts": 0}})", {"$.lost_answer.attempts", "1"}},
      {R"({"lost_answer": {"max_delay_ms": 100}})", {"$.lost_answer.max_delay_ms: is 100 ms", "2000 ms"}},
      {R"({"lost_answer": {"look_up": "yes"}})", {"$.lost_answer.look_up: found \"yes\""}},
      {R"({"webhook": {"listen": 8080}})", {"$.webhook.listen: found 8080", "text"}},
      {R"({"webhook": {"listen": "localhost:8080"}})", {"$.webhook.listen: found \"localhost:8080\"", "0.0.0.0:8080"}},
      {R"({"webhook": {"listen": "65536"}})", {"$.webhook.listen: found \"65536\"", "from 0 to 65535"}},
      {R"({"webhook": {"url": "h.example/cb"}})", {"$.webhook.url: is not an http(s) URL"}},
      {R"({"webhook": {"poll_interval_max_ms": 100}})", {"$.webhook.poll_interval_max_ms: is 100 ms", "30000 ms"}},
      {"{\n  \"parameters\": {\n    \"emotion\": \"happy\",\n  }\n}", {"not valid JSON at line 4, column 3"}},
      {"{\"parameters\": {}", {"not valid JSON at line 1"}},
      {"", {"not valid JSON at line 1, column 1"}},
      {"{'parameters': {}}", {"line 1, column 2"}},
      {"// mine\n{}", {"line 1, column 1", "no comments"}},
      {R"({"retry": {"attempts": 1e999}})", {"not valid JSON", "1e999"}},
      {R"({"price": {"output_usd_per_minute": 1}, "price": {}})", {"duplicate keys in one object: price"}},
  };
  for (const Broken& broken : table) {
    CAPTURE(broken.text);
    const Error error = failure(broken.text);
    const std::string said = error.message() + " " + error.hint();
    for (const std::string& words : broken.says) {
      CHECK_MESSAGE(said.find(words) != std::string::npos, words, " is missing in: ", said);
    }
    CHECK(error.message().find('\n') == std::string::npos);
  }
}

TEST_CASE("all problems of a recipe are reported at once, each once") {
  const Error error = failure(R"({"parameters": {"emotion": "hapy", "temperature": 2}, "colour": 1,
                                  "window": {"video": {"start_s": -1}, "audio": {"end_s": "x"}}})");
  for (const std::string words : {"5 problems", "$.colour", "$.parameters.emotion", "$.parameters.temperature",
                                  "$.window.video.start_s", "$.window.audio.end_s"}) {
    const auto first = error.message().find(words);
    CHECK(first != std::string::npos);
    CHECK(error.message().find(words + ":", first + 1) == std::string::npos);
  }
}

TEST_CASE("deep nesting and long values give a short message, not a crash") {
  const std::string deep = R"({"price": )" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  CHECK(failure(deep).message().size() < 500);
  CHECK(failure(R"({"parameters": {"emotion": ")" + std::string(5000, 'x') + "\"}}").message().size() < 500);
}

}  // namespace
}  // namespace react1
