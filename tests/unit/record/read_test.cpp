// SPDX-License-Identifier: Apache-2.0
// Documents read back: nothing is lost, lengths are exact, and a misfit is named.
#include <doctest/doctest.h>

#include <functional>
#include <react1/json.hpp>
#include <string>

#include "record/documents.hpp"
#include "unit/record/samples.hpp"

namespace {

using namespace react1;

Json parsed(const std::string& text) {
  return parse_json(text, "test", ErrorCode::internal);
}

std::string failure(const std::function<void()>& body, ErrorCode expected) {
  try {
    body();
  } catch (const Error& error) {
    CHECK(error.code() == expected);
    return error.what();
  }
  FAIL("nothing was thrown");
  return {};
}

TEST_CASE("a preparation survives the way into text and back without any difference") {
  const std::string first = to_json(test::sample_preparation());
  const Preparation read = record::preparation_from_json(parsed(first));
  CHECK(to_json(read) == first);
}

TEST_CASE("a plan, whose clips have no files yet, survives as well") {
  Preparation planned = test::sample_preparation();
  for (PreparedClip* clip : {&planned.video, &planned.audio}) {
    clip->path.clear();
    clip->sha256.clear();
    clip->bytes = 0;
    clip->measures.clear();
  }
  planned.advice.hold = true;
  const std::string first = to_json(planned);
  CHECK(to_json(record::preparation_from_json(parsed(first))) == first);
}

TEST_CASE("speech comes back with its segments, and a record from before it was written reads without") {
  const std::string text = to_json(test::sample_preparation());
  const Preparation read = record::preparation_from_json(parsed(text));
  REQUIRE(read.speech);
  CHECK(read.speech->share == Rational(7, 8));
  REQUIRE(read.speech->segments.size() == 2);
  CHECK(read.speech->segments[1].start_s == Rational(6, 5));
  CHECK(read.speech->segments[1].end_s == Rational(9, 4));
  Preparation silent = test::sample_preparation();
  silent.speech = Speech{};
  CHECK_FALSE(record::preparation_from_json(parsed(to_json(silent))).speech.value().found());
  Json older = parsed(text);
  older.erase("speech");
  CHECK_FALSE(record::preparation_from_json(older).speech);
}

TEST_CASE("lengths of clips come back exact, not as nine decimals") {
  const Preparation original = test::sample_preparation();
  const Preparation read = record::preparation_from_json(parsed(to_json(original)));
  CHECK(read.video.duration_s == Rational(359 * 1001, 24000));
  CHECK(read.audio.duration_s == Rational(100'001, 44'100));
  CHECK(read.mismatch.delta_s == original.mismatch.delta_s);
  CHECK(read.mismatch.ratio == original.mismatch.ratio);
  CHECK(read.video.video->fps == Rational(24000, 1001));
}

TEST_CASE("a length that disagrees with its count is taken from the document") {
  Json document = parsed(to_json(test::sample_preparation()));
  document["video"]["duration_s"] = 12.5;
  CHECK(record::preparation_from_json(document).video.duration_s == Rational(25, 2));
  document["video"]["video"]["frames"] = INT64_MAX;  // a count so large that the exact length does not fit
  CHECK(record::preparation_from_json(document).video.duration_s == Rational(25, 2));
}

TEST_CASE("parameters come back from their document") {
  const Parameters original{Emotion::disgusted, ModelMode::lips, LipsyncMode::silence, 0.3};
  const Parameters read = record::parameters_from_json(record::document(original, "https://v", ""));
  CHECK(read.emotion == Emotion::disgusted);
  CHECK(read.model_mode == ModelMode::lips);
  CHECK(read.lipsync_mode == LipsyncMode::silence);
  CHECK(read.temperature == 0.3);
}

TEST_CASE("an expectation comes from a run, a preparation or a plan") {
  const record::Expected run = record::expected_from_json(parsed(to_json(test::sample_record())), "o.json");
  CHECK(run.sandbox);
  CHECK(run.preparation.prediction.frames == 54);
  CHECK(parsed(run.response_json)["video"]["fps"] == 23.976);
  const record::Expected prepared = record::expected_from_json(parsed(to_json(test::sample_preparation())), "p.json");
  CHECK_FALSE(prepared.sandbox);
  CHECK(prepared.response_json.empty());
  CHECK(prepared.preparation.prediction.frames == 54);
}

TEST_CASE("other documents are no expectation, and the error says which are") {
  for (const char* text : {"{}", "[]", "3", R"({"video":{}})"}) {
    CAPTURE(text);
    const std::string message =
        failure([&] { (void)record::expected_from_json(parsed(text), "some.json"); }, ErrorCode::usage);
    CHECK(message.find("some.json") != std::string::npos);
  }
  RunRecord foreign = test::sample_record();
  foreign.prepare.reset();
  failure([&] { (void)record::expected_from_json(record::document(foreign), "o.json"); }, ErrorCode::usage);
}

TEST_CASE("a field that does not fit is named by file, path, what was found and what is expected") {
  const Json good = parsed(to_json(test::sample_record()));
  const auto message_of = [&](const char* pointer, const Json& bad) {
    Json document = good;
    document[Json::json_pointer(pointer)] = bad;
    return failure([&] { (void)record::expected_from_json(document, "o.json"); }, ErrorCode::usage);
  };
  const std::string word = message_of("/prepare/advice/lipsync_mode", "bouncy");
  CHECK(word.find("o.json") != std::string::npos);
  CHECK(word.find("/prepare/advice/lipsync_mode") != std::string::npos);
  CHECK(word.find("\"bouncy\"") != std::string::npos);
  CHECK(word.find("cut_off, loop") != std::string::npos);
  CHECK(message_of("/prepare/video/video/frames", "many").find("a whole number") != std::string::npos);
  CHECK(message_of("/prepare/video/video/frames", 1.5).find("a whole number") != std::string::npos);
  CHECK(message_of("/prepare/video/video/width", 1e15).find("whole number") != std::string::npos);
  CHECK(message_of("/prepare/video/video/fps/den", 0).find("/fps/den") != std::string::npos);
  CHECK(message_of("/prepare/audio/duration_s", nullptr).find("a number") != std::string::npos);
  CHECK(message_of("/prepare/audio/duration_s", 1e300).find("sensible") != std::string::npos);
  CHECK(message_of("/prepare/advice/reasons", "text").find("a list") != std::string::npos);
  CHECK(message_of("/prepare/advice/hold", "no").find("true or false") != std::string::npos);
  Json document = good;
  document["prepare"]["prediction"].erase("frames");
  const std::string missing = failure([&] { (void)record::expected_from_json(document, "o.json"); }, ErrorCode::usage);
  CHECK(missing.find("/prepare/prediction/frames is missing") != std::string::npos);
}

TEST_CASE("a file name that is not UTF-8 does not stop a document") {
  MediaInfo info = test::sample_media_info();
  info.path = "/clips/\xFF\xFE.mp4";
  CHECK(Json::parse(to_json(info))["path"].is_string());
}

}  // namespace
