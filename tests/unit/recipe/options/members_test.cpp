// SPDX-License-Identifier: Apache-2.0
// Every member of the options' structs has a row in the table, or is named here with the reason why it has none.
#include <doctest/doctest.h>

#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "recipe/options/table.hpp"
#include "support/paths.hpp"

namespace react1 {
namespace {

/// Structs that are options themselves; a member of any other type is one option.
const std::map<std::string, std::string>& headers() {
  static const std::map<std::string, std::string> all{
      {"PipelineOptions", "pipeline.hpp"}, {"PrepareOptions", "media.hpp"},
      {"WindowOptions", "window.hpp"},     {"CutOptions", "sound.hpp"},
      {"SourceOptions", "source.hpp"},     {"RequestedParameters", "pipeline.hpp"},
      {"AdviceOptions", "plan.hpp"},       {"Price", "plan.hpp"},
      {"Budget", "pipeline.hpp"},          {"RetryOptions", "fal.hpp"},
      {"UploadOptions", "fal.hpp"},        {"ObjectLifecycle", "fal.hpp"},
      {"WebhookPlan", "pipeline.hpp"},     {"LostAnswerOptions", "pipeline.hpp"},
  };
  return all;
}

const std::set<std::string>& without_row() {
  static const std::set<std::string> names{"output",          // said on each run, never in a recipe
                                           "price.asked_at",  // measured, no option
                                           // Of other models than React-1, which is what the program uses:
                                           "endpoint", "parameters.more",
                                           // For callers of the library, and not ranges that validate() knows:
                                           "prepare.source.spool_directory", "upload.part_bytes", "upload.check_size",
                                           "upload.memory", "upload.assumed_life", "upload.reuse_margin",
                                           "upload.lifecycle.access", "upload.lifecycle.rules"};
  return names;
}

/// Text between the braces of `struct name {`, without comments.
std::string body_of(const std::string& name, const std::string& header) {
  const std::string text = read_file(test::source_dir() / "include/react1" / header);
  const auto begin = text.find("struct " + name + " {");
  REQUIRE_MESSAGE(begin != std::string::npos, name);
  const std::string body = text.substr(begin, text.find("\n};", begin) - begin);
  static const std::regex comment("//[^\n]*");
  return std::regex_replace(body.substr(body.find('{') + 1), comment, "");
}

/// {type, name} of each data member.
std::vector<std::pair<std::string, std::string>> members_of(const std::string& body) {
  static const std::regex declaration(R"(^\s*([\w:]+(?:<[\w:<>, ]+>)?)\s+(\w+)\s*(?:=|\{|$))");
  std::vector<std::pair<std::string, std::string>> members;
  for (std::size_t at = 0; at < body.size();) {
    const auto end = std::min(body.find(';', at), body.size());
    const std::string statement = body.substr(at, end - at);
    at = end + 1;
    if (statement.find("operator") != std::string::npos) continue;
    std::smatch found;
    if (std::regex_search(statement, found, declaration)) members.emplace_back(found[1], found[2]);
  }
  return members;
}

void collect(const std::string& name, const std::string& prefix, std::set<std::string>& members) {
  for (const auto& [type, member] : members_of(body_of(name, headers().at(name)))) {
    if (headers().count(type) > 0) {
      collect(type, prefix + member + ".", members);
    } else {
      members.insert(prefix + member);
    }
  }
}

std::set<std::string> all_members() {
  std::set<std::string> members;
  collect("PipelineOptions", "", members);
  return members;
}

TEST_CASE("every member of the options is a row of the table, or has a reason not to be") {
  const std::set<std::string> members = all_members();
  CHECK(members.count("prepare.video_window.start") == 1);
  CHECK(members.count("upload.multipart_above") == 1);
  for (const std::string& member : members) {
    const bool has_row = recipe::find_by_member(member) != nullptr;
    CHECK_MESSAGE(has_row != (without_row().count(member) > 0), member,
                  " needs a row in src/recipe/options/*_rows.cpp, or a reason here to have none");
  }
}

TEST_CASE("every row is of a member that there is") {
  const std::set<std::string> members = all_members();
  std::size_t rows = 0;
  for (const recipe::Option& row : recipe::option_table()) {
    if (row.member.empty()) continue;
    ++rows;
    CHECK_MESSAGE(members.count(std::string(row.member)) == 1, row.member);
  }
  CHECK(rows > 80);
}

}  // namespace
}  // namespace react1
