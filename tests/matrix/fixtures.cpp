// SPDX-License-Identifier: Apache-2.0
#include "matrix/fixtures.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <react1/json.hpp>

#include "support/paths.hpp"
#include "support/schema.hpp"

namespace react1::test {
namespace {

namespace fs = std::filesystem;

struct Pair {
  std::string video, audio;
};

Pair with_partner(const std::string& name, Role role) {
  return role == Role::video ? Pair{fixture(name), fixture("voice_24bit_16k_2s.wav")}
                             : Pair{fixture("rate_2997_2s.mp4"), fixture(name)};
}

}  // namespace

Json truth_of(const std::string& name) {
  return Json::parse(read_file(fs::path(fixture(name)).replace_extension(".json")));
}

std::vector<Json> truths() {
  std::map<std::string, Json> sorted;
  for (const auto& entry : fs::directory_iterator(source_dir() / "fixtures")) {
    if (entry.path().extension() != ".json") continue;
    sorted.emplace(entry.path().filename().string(), Json::parse(read_file(entry.path())));
  }
  std::vector<Json> all;
  for (auto& [name, truth] : sorted) all.push_back(std::move(truth));
  return all;
}

const PreparedClip& Prepared::clip(Role role) const {
  REQUIRE(result);
  return role == Role::video ? result->video : result->audio;
}

PipelineOptions options_for(bool salvage) {
  PipelineOptions options;
  options.prepare.salvage = salvage;
  options.prepare.video_preset = "ultrafast";
  return options;
}

Prepared prepare_fixture(const std::string& name, Role role, const PipelineOptions& options) {
  Prepared prepared;
  const Pair pair = with_partner(name, role);
  try {
    prepared.result = prepare(pair.video, pair.audio, prepared.folder->path().string(), options, RunContext{});
    check_schema(Json::parse(to_json(*prepared.result)), "preparation");
  } catch (const Error& error) {
    prepared.error = error;
    check_schema(Json::parse(to_json(error)), "error");
  }
  return prepared;
}

Preparation plan_fixture(const std::string& name, Role role, const PipelineOptions& options) {
  const Pair pair = with_partner(name, role);
  return plan(pair.video, pair.audio, options, RunContext{});
}

bool warned(const std::vector<Warning>& warnings, const std::string& code) {
  return std::any_of(warnings.begin(), warnings.end(), [&](const Warning& warning) { return warning.code == code; });
}

}  // namespace react1::test
