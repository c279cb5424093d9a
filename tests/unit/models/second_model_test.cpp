// SPDX-License-Identifier: Apache-2.0
// A second model through everything: what is sent, the sandbox that serves it, the result, predictions, limits, price.
#include "support/second_model.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <react1/pipeline.hpp>
#include <react1/sandbox.hpp>
#include <string>
#include <variant>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/json_text.hpp"
#include "doctor/live_schema.hpp"
#include "fal/protocol/wire.hpp"
#include "models/registry.hpp"
#include "plan/advice.hpp"
#include "plan/model_limits.hpp"
#include "recipe/options/model_bounds.hpp"
#include "recipe/options/table.hpp"
#include "record/documents.hpp"
#include "sandbox/protocol/model_input.hpp"
#include "sandbox/protocol/route.hpp"
#include "support/caught.hpp"
#include "support/paths.hpp"
#include "support/sandbox_client.hpp"
#include "support/schema.hpp"

using namespace react1;
using test::caught_from;
using test::second_model;

namespace {

ClipFacts clips(Seconds video, Seconds audio) {
  ClipFacts facts;
  facts.video_s = video;
  facts.audio_s = audio;
  facts.fps = 25;
  facts.frames = (video * 25).round();
  facts.voice_end_s = audio;
  return facts;
}

Advice advice_on(const ClipFacts& facts, const AdviceOptions& options = {}) {
  return planning::advise(facts, options,
                          {.rules = second_model().rules, .mode = ModelMode::face, .price = {.usd_per_minute = 3}});
}

/// A service that has the second model, and a client of it.
class Bench {
 public:
  [[nodiscard]] Service service() { return {.client = client_, .jobs = *jobs_}; }
  [[nodiscard]] FalClient& client() { return client_; }
  [[nodiscard]] std::string place(const char* name) const { return (folder_.path() / name).string(); }
  [[nodiscard]] PipelineOptions options() const {
    PipelineOptions options;
    options.clips_directory = place("clips");
    options.parameters.more = {{"guidance", "1.5"}};
    return options;
  }

 private:
  [[nodiscard]] FalOptions client_options() const {
    FalOptions options = test::client_of(sandbox_);
    options.endpoint = second_model().endpoint;
    options.platform_url = sandbox_.platform_url();
    return options;
  }

  TemporaryDirectory folder_;
  models::Registration registered_{second_model()};
  Sandbox sandbox_{{.queue_time = std::chrono::milliseconds{0}}};
  FalClient client_{client_options()};
  std::unique_ptr<JobStore> jobs_ = open_job_store((folder_.path() / "jobs.sqlite").string());
};

}  // namespace

TEST_CASE("an endpoint is a model's while it is registered, and React-1's otherwise") {
  CHECK(models::find("acme/mouth/turbo") == nullptr);
  CHECK(&models::at("acme/mouth/turbo") == &models::standard());
  CHECK(&models::at("") == &models::standard());
  {
    const models::Registration registered(second_model());
    CHECK(models::find("acme/mouth/turbo") == &second_model());
    CHECK(models::all().size() == 2);
    CHECK(caught_from([] { const models::Registration twice(second_model()); }).code() == ErrorCode::internal);
  }
  CHECK(models::all().size() == 1);
}

TEST_CASE("the second model's input has its own names and words") {
  const Parameters parameters{.lipsync_mode = LipsyncMode::loop, .more = {{"guidance", "2.5"}}};
  CHECK(Json::parse(fal::write_submit(second_model(), parameters, "https://x/v.mp4", "https://x/a.mp3")) ==
        Json::parse(R"({"source": "https://x/v.mp4", "speech": "https://x/a.mp3", "when_lengths_differ": "again",
                        "guidance": 2.5})"));
  const Parameters strange{.lipsync_mode = LipsyncMode::loop, .more = {{"seed", "7"}}};
  CHECK(caught_from([&] { (void)fal::write_submit(second_model(), strange, "v", "a"); }).code() == ErrorCode::usage);
  CHECK(caught_from([&] { (void)fal::write_submit(models::standard(), strange, "v", "a"); }).code() ==
        ErrorCode::usage);
}

TEST_CASE("the second model's result is where its answer has it, and nowhere else") {
  const std::string body = R"({"output": {"clips": [{"url": "https://x/o.mp4", "num_frames": 50}]}})";
  const auto result = fal::read_result(second_model(), body);
  REQUIRE(result);
  CHECK(result->url == "https://x/o.mp4");
  CHECK(result->num_frames == 50);
  CHECK_FALSE(fal::read_result(models::standard(), body));
  CHECK_FALSE(fal::read_result(body));  // nobody has registered it
  const models::Registration registered(second_model());
  const auto of_any = fal::read_result(body);
  REQUIRE(of_any);
  CHECK(of_any->url == "https://x/o.mp4");
  const auto of_react1 = fal::read_result(R"({"video": {"url": "https://x/r.mp4"}})");
  REQUIRE(of_react1);
  CHECK(of_react1->url == "https://x/r.mp4");
}

TEST_CASE("predictions and seams are those of the model's own modes") {
  const ModelRules& rules = second_model().rules;
  const auto predicted = [&](LipsyncMode mode) {
    return planning::predict(clips(20, 30), mode, rules, {.usd_per_minute = 3});
  };
  CHECK(predicted(LipsyncMode::loop).frames == 750);
  CHECK(predicted(LipsyncMode::loop).cost_usd == Rational(3, 2));
  CHECK(predicted(LipsyncMode::cut_off).duration_s == 20);
  CHECK(planning::seams(clips(10, 30), LipsyncMode::loop, rules) == std::vector<Seconds>{10, 20});
  CHECK(planning::seams(clips(10, 30), LipsyncMode::bounce, rules).empty());
  const Error refused = caught_from([&] { (void)predicted(LipsyncMode::remap); });
  CHECK(refused.code() == ErrorCode::usage);
  CHECK(refused.hint() == "one of cut_off, loop, silence");
}

TEST_CASE("the advice names only modes that the model offers") {
  CHECK(advice_on(clips(10, 8)).lipsync_mode == LipsyncMode::cut_off);
  CHECK(advice_on(clips(10, Seconds(98, 10)), {.goal = Goal::both}).lipsync_mode != LipsyncMode::remap);
  CHECK(advice_on(clips(10, 8)).alternatives.size() == 3);
  // A slight slow-down would be row 6, for React-1 without a look at the picture.
  ClipFacts slightly_longer = clips(10, Seconds(104, 10));
  CHECK(planning::advice_needs_motion(slightly_longer, {}, second_model().rules));
  CHECK_FALSE(planning::advice_needs_motion(slightly_longer, {}, models::standard().rules));
  slightly_longer.is_static = true;
  slightly_longer.loopable = true;
  CHECK(advice_on(slightly_longer).lipsync_mode == LipsyncMode::loop);
  slightly_longer.loopable = false;
  const Advice held = advice_on(slightly_longer);
  CHECK(held.hold);
  CHECK(held.reasons.front().starts_with("None of the model's modes fits"));
}

TEST_CASE("limits and a price that nobody has changed are the model's, and others are cut to what it takes") {
  PipelineOptions asked;
  const auto of = [&](const Model& model) { return planning::for_model(asked, model.rules, models::standard().rules); };
  CHECK(of(second_model()).prepare.max_duration_s == 30);
  CHECK(of(second_model()).prepare.max_width == 1280);
  CHECK(of(second_model()).price.usd_per_minute == 3);
  CHECK(of(models::standard()).prepare.max_duration_s == 15);
  CHECK(of(models::standard()).prepare.max_width == 4096);
  CHECK(of(models::standard()).price.usd_per_minute == 10);
  asked.price.usd_per_minute = 4;
  asked.prepare.max_width = 640;
  CHECK(of(second_model()).price.usd_per_minute == 4);
  CHECK(of(second_model()).prepare.max_width == 640);
  const std::vector<std::array<Seconds, 3>> lengths{{12, 12, 12}, {20, 20, 15}, {60, 30, 15}};
  for (const auto& [length, second, first] : lengths) {
    asked.prepare.max_duration_s = length;
    CHECK(of(second_model()).prepare.max_duration_s == second);
    CHECK(of(models::standard()).prepare.max_duration_s == first);
  }
}

TEST_CASE("the bounds of options and the files made from them do not change with the models") {
  const Json before = recipe::find_by_pointer("/preprocess/max_duration_s")->schema;
  const models::Registration registered(second_model());
  CHECK(recipe::find_by_pointer("/preprocess/max_duration_s")->schema == before);
  CHECK(recipe::model_bounds().longest == 15);
}

TEST_CASE("the sandbox publishes the second model's schema and price, and finds its routes") {
  Bench bench;
  const Json schema = Json::parse(bench.client().live_schema({}));
  const auto difference = doctor::compare_schema(schema, second_model());
  CHECK(difference.found);
  CHECK(difference.broken.empty());
  CHECK(difference.grown.empty());
  CHECK(bench.client().unit_price({}).price == 3);
  const auto submit = sandbox::locate("/acme/mouth/turbo");
  CHECK(submit.route == sandbox::Route::submit);
  CHECK(submit.model == &second_model());
  CHECK(sandbox::locate("/acme/mouth/requests/r-1/status").route == sandbox::Route::status);
  CHECK(sandbox::locate("/acme/mouth/turbo/requests/r-1/status").route == sandbox::Route::other);
  CHECK(sandbox::locate("/fal-ai/sync-lipsync/react-1").model == &models::standard());
}

TEST_CASE("the sandbox refuses what the second model does not take, in the second model's words") {
  const auto parsed = sandbox::parse_model_input(second_model(), R"({"source": "https://x/v.mp4", "guidance": 0.5})");
  const auto* problems = std::get_if<std::vector<sandbox::Problem>>(&parsed);
  REQUIRE(problems != nullptr);
  REQUIRE(problems->size() == 3);
  CHECK((*problems)[0].location.back() == "speech");
  CHECK((*problems)[1].location.back() == "when_lengths_differ");
  CHECK((*problems)[2].message == "Input should be greater than or equal to 1");
}

TEST_CASE("a pair of 20 s becomes the second model's result: submitted, waited for, fetched and verified") {
  Bench bench;
  const RunRecord record = run(test::fixture("presenter_h264_23976_20s.mp4"), test::fixture("voice_mono_16k_20s.wav"),
                               bench.place("out.mp4"), bench.options(), bench.service(), RunContext{});
  CHECK(record.verification.verdict == Verdict::pass);
  CHECK(Json::parse(record.response_json).contains("output"));
  REQUIRE(record.prepare);
  CHECK(record.prepare->prediction.duration_s > 19);
  CHECK(record.prepare->price.usd_per_minute == 3);
  CHECK(record.prepare->advice.alternatives.size() == 3);
  REQUIRE(record.parameters);
  CHECK(record.parameters->more.at("guidance") == "1.5");
  const Json document = Json::parse(read_file(bench.place("out.mp4.json")));
  test::check_schema(document, "run");
  CHECK(document["parameters"]["more"] == Json::parse(R"([{"name": "guidance", "value": "1.5"}])"));
  CHECK(record::parameters_from_json(document["parameters"]).more == record.parameters->more);
  const auto now = std::chrono::system_clock::now();
  const auto history =
      bench.client().history({.start = now - std::chrono::hours(1), .end = now + std::chrono::hours(1)}, {});
  REQUIRE(history.size() == 1);
  CHECK(history[0].endpoint == second_model().endpoint);
  CHECK(Json::parse(history[0].input_json)["guidance"] == 1.5);
  CHECK(verify(bench.place("out.mp4"), bench.place("out.mp4.json"), RunContext{}).verdict == Verdict::pass);
}

TEST_CASE("what the second model does not have is refused before any clip is made") {
  Bench bench;
  PipelineOptions options = bench.options();
  const auto refused = [&] {
    return caught_from([&] {
      (void)submit(test::fixture("presenter_h264_25fps_6s.mp4"), test::fixture("voice_mono_48k_5s.wav"), options,
                   bench.service(), RunContext{});
    });
  };
  options.parameters.lipsync_mode = LipsyncMode::remap;
  CHECK(refused().code() == ErrorCode::usage);
  options.parameters.lipsync_mode.reset();
  options.parameters.more["seed"] = "7";
  CHECK(refused().where() == "seed");
  CHECK(std::filesystem::is_empty(bench.place("clips")));
}
