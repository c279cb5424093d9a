// SPDX-License-Identifier: Apache-2.0
// The documents against schemas/*.json, the schemas themselves, and the page that explains them.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <react1/doctor.hpp>
#include <react1/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "record/documents.hpp"
#include "support/paths.hpp"
#include "support/schema.hpp"
#include "unit/record/samples.hpp"

namespace {

using namespace react1;

/// Every schema inside `schema`, itself first.
void each_schema(const Json& schema, const std::function<void(const Json&)>& visit) {
  visit(schema);
  for (const char* key : {"properties", "definitions"}) {
    if (!schema.contains(key)) continue;
    for (const auto& [name, inner] : schema[key].items()) each_schema(inner, visit);
  }
  if (schema.contains("items")) each_schema(schema["items"], visit);
  if (schema.contains("anyOf")) {
    for (const Json& inner : schema["anyOf"]) each_schema(inner, visit);
  }
}

bool describes_object(const Json& schema) {
  if (!schema.contains("type")) return false;
  const Json& type = schema["type"];
  return type == "object" || (type.is_array() && std::find(type.begin(), type.end(), "object") != type.end());
}

Job sample_job() {
  Job job;
  job.id = "j";
  job.state = JobState::done;
  job.request = {.request_id = "r", .status_url = "https://q/status", .response_url = "https://q/r", .cancel_url = ""};
  job.endpoint = "fal-ai/sync-lipsync/react-1";
  job.parameters_json = json_text(record::document(Parameters{}, "https://v", ""));
  job.prepare_json = to_json(test::sample_preparation());
  job.record_json = to_json(test::sample_record());
  job.answer_json = "<html>";
  job.cost_usd = Rational(5, 2);
  job.created_ms = job.updated_ms = job.paid_ms = 1'700'000'000'123;
  return job;
}

TEST_CASE("every document that the library writes is as its schema says") {
  test::check_schema(Json::parse(to_json(test::sample_media_info())), "media");
  test::check_schema(Json::parse(to_json(std::vector{test::sample_media_info(), MediaInfo{}})), "media_list");
  test::check_schema(Json::parse(to_json(test::sample_preparation())), "preparation");
  test::check_schema(Json::parse(to_json(test::sample_record())), "run");
  test::check_schema(Json::parse(to_json(test::sample_record().verification)), "verification");
  test::check_schema(Json::parse(to_json(sample_job())), "job");
  test::check_schema(Json::parse(to_json(Error(ErrorCode::io, "/x", "is full"))), "error");
  Diagnosis diagnosis;
  diagnosis.findings = {
      {.check = "locks", .health = Health::failed, .message = "none", .cure = "move", .code = ErrorCode::io},
      {.check = "clock", .health = Health::good, .message = "right", .cure = "", .code = {}}};
  test::check_schema(record::document(diagnosis), "doctor");
}

TEST_CASE("documents of which little is known are as their schemas say") {
  test::check_schema(Json::parse(to_json(MediaInfo{})), "media");
  RunRecord foreign;
  foreign.request_id = "r";
  foreign.response_json = "<html>";
  test::check_schema(Json::parse(to_json(foreign)), "run");
  Job empty;
  empty.id = "j";
  test::check_schema(Json::parse(to_json(empty)), "job");
  Preparation silent = test::sample_preparation();
  silent.conform.reset();
  silent.speech = Speech{};
  silent.audio.levels.reset();
  silent.prediction.fps = 0;
  test::check_schema(Json::parse(to_json(silent)), "preparation");
}

TEST_CASE("an undocumented member fails the schema at every level, as does one that is missing or of another type") {
  const Json good = Json::parse(to_json(test::sample_record()));
  REQUIRE(test::schema_problems(good, "run").empty());
  for (const char* pointer : {"/new", "/output/new", "/prepare/new", "/prepare/video/video/new", "/prepare/advice/new",
                              "/verification/checks/0/new", "/timings/new", "/parameters/new"}) {
    CAPTURE(pointer);
    Json more = good;
    more[Json::json_pointer(pointer)] = 1;
    CHECK_FALSE(test::schema_problems(more, "run").empty());
  }
  for (const char* pointer : {"/job_id", "/schema", "/prepare/advice/alternatives/0/fps", "/output/bytes"}) {
    CAPTURE(pointer);
    const Json::json_pointer place(pointer);
    Json fewer = good;
    fewer[place.parent_pointer()].erase(place.back());
    CHECK_FALSE(test::schema_problems(fewer, "run").empty());
    Json other = good;
    other[place] = Json::array();
    CHECK_FALSE(test::schema_problems(other, "run").empty());
  }
}

TEST_CASE("no object of a schema is open, and each requires only what it has") {
  std::size_t objects = 0;
  for (const std::string& name : test::schema_names()) {
    CAPTURE(name);
    each_schema(test::schema_of(name), [&](const Json& schema) {
      if (!describes_object(schema)) return;
      ++objects;
      CAPTURE(schema.dump());
      CHECK(schema.value("additionalProperties", true) == false);
      for (const auto& key : schema.value("required", Json::array())) {
        CHECK(schema["properties"].contains(key.get<std::string>()));
      }
    });
  }
  CHECK(objects > 50);
}

/// The names in the first column of the page's tables of fields, which have a column "type".
std::set<std::string> explained_fields(const std::string& page) {
  std::set<std::string> names;
  std::istringstream in(page);
  bool of_fields = false;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("|")) of_fields = false;
    if (line.starts_with("| ") && line.find("| type |") != std::string::npos) of_fields = true;
    if (!of_fields) continue;
    const std::string cell = line.substr(1, line.find('|', 1) - 1);
    for (auto at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
      const auto end = cell.find('`', at + 1);
      names.insert(cell.substr(at + 1, end - at - 1));
      at = end;
    }
  }
  return names;
}

TEST_CASE("docs/json.md names every schema and every member of every document, and no others") {
  const std::string page = read_file(test::source_dir() / "docs/json.md");
  std::set<std::string> members;
  for (const std::string& name : test::schema_names()) {
    if (name != "definitions")
      CHECK_MESSAGE(page.find("`" + name + "`") != std::string::npos, "no `", name, "` in docs/json.md");
    each_schema(test::schema_of(name), [&](const Json& schema) {
      if (!schema.contains("properties")) return;
      for (const auto& [key, inner] : schema["properties"].items()) members.insert(key);
    });
  }
  CHECK(members.size() > 150);
  for (const std::string& member : members) {
    CHECK_MESSAGE(page.find("`" + member + "`") != std::string::npos, "no `", member, "` in docs/json.md");
  }
  const std::set<std::string> explained = explained_fields(page);
  CHECK(explained.size() > 100);
  for (const std::string& name : explained) CHECK_MESSAGE(members.count(name) > 0, "no document has `", name, "`");
}

TEST_CASE("a document of a newer form is not read") {
  Json newer = Json::parse(to_json(test::sample_preparation()));
  newer["schema"] = record::kSchema + 1;
  CHECK_THROWS_AS((void)record::preparation_from_json(newer), Error);
  Json run = Json::parse(to_json(test::sample_record()));
  run["schema"] = record::kSchema + 1;
  CHECK_THROWS_AS((void)record::expected_from_json(run, "o.json"), Error);
  Json older = Json::parse(to_json(test::sample_record()));
  older.erase("schema");
  older["prepare"].erase("schema");
  CHECK(record::expected_from_json(older, "o.json").sandbox);
}

}  // namespace
