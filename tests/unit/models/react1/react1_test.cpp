// SPDX-License-Identifier: Apache-2.0
// React-1's facts against the defaults of the options, and against the service's side of it.
#include "models/react1/react1.hpp"

#include <doctest/doctest.h>

#include <react1/pipeline.hpp>

#include "doctor/live_schema.hpp"
#include "models/registry.hpp"
#include "sandbox/protocol/model_input.hpp"

using namespace react1;

TEST_CASE("the defaults of the options are React-1's facts") {
  const Model& model = models::react1_model();
  CHECK(&model == &models::standard());
  CHECK(model.endpoint == FalOptions{}.endpoint);
  const PipelineOptions options;
  CHECK(options.prepare.max_duration_s == model.rules.longest);
  CHECK(options.prepare.max_width == model.rules.max_width);
  CHECK(options.prepare.max_height == model.rules.max_height);
  CHECK(options.price.usd_per_minute == model.rules.usd_per_minute);
  CHECK(Parameters{}.lipsync_mode == model.rules.default_mode);
}

TEST_CASE("what is sent is what the service's schema takes") {
  const Model& model = models::react1_model();
  const auto difference = doctor::compare_schema(sandbox::input_schema(model), model);
  CHECK(difference.found);
  CHECK(difference.broken.empty());
  CHECK(difference.grown.empty());
  const Json sent = model.input({}, "https://x/v.mp4", "https://x/a.mp3");
  CHECK(sent.size() == model.fields.size());
  for (const InputField& field : model.fields) CHECK(sent.contains(field.name));
}

TEST_CASE("every mode of the enumeration has a rule and a word of the service") {
  const Model& model = models::react1_model();
  REQUIRE(model.rules.timings.size() == 5);
  for (const TimingRule& rule : model.rules.timings) CHECK(model.service.mode_of(to_string(rule.mode)) == rule.mode);
}
