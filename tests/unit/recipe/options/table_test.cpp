// SPDX-License-Identifier: Apache-2.0
// What comes from the table of options agrees: schema, reader, checks, flags and the files that are written from it.
#include <doctest/doctest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <react1/error.hpp>
#include <react1/pipeline.hpp>

#include "core/atomic_file.hpp"
#include "recipe/generated.hpp"
#include "recipe/options/table.hpp"
#include "recipe/options/typed_options.hpp"
#include "recipe/schema.hpp"
#include "support/paths.hpp"

namespace react1 {
namespace {

using recipe::Document;
using recipe::Option;

/// Rows that a recipe can set.
std::vector<const Option*> recipe_rows() {
  std::vector<const Option*> rows;
  for (const Option& row : recipe::option_table()) {
    if (!row.pointer.empty()) rows.push_back(&row);
  }
  return rows;
}

/// A recipe with this one key.
Document with(const Option& row, const Document& value) {
  Document document = Document::object();
  document[Document::json_pointer(std::string(row.pointer))] = value;
  return document;
}

bool is_allowed(const Option& row, const Document& value) {
  return recipe::schema_problems(with(row, value)).empty();
}

std::optional<double> bound(const Option& row, const char* name) {
  return row.schema.contains(name) ? std::optional(row.schema[name].get<double>()) : std::nullopt;
}

TEST_CASE("the files that come from the table are up to date") {
  for (const recipe::GeneratedFile& file : recipe::generated_files()) {
    const bool is_same = read_file(test::source_dir() / file.path) == file.text;
    CHECK_MESSAGE(is_same, file.path, " differs from the table of options; run scripts/generate and commit it");
  }
}

TEST_CASE("values of every kind are allowed where the row allows them, and nowhere else") {
  const std::vector<Document> values{nullptr,
                                     true,
                                     false,
                                     0,
                                     1,
                                     -1,
                                     7,
                                     0.5,
                                     1e300,
                                     "",
                                     "auto",
                                     "off",
                                     "0.5",
                                     "30000/1001",
                                     "1/0",
                                     "1e3",
                                     Document::array(),
                                     Document::object(),
                                     "127.0.0.1:80"};
  std::size_t accepted = 0;
  for (const Option* row : recipe_rows()) {
    const Json& schema = row->schema;
    for (const Document& value : values) {
      CAPTURE(std::string(row->pointer));
      CAPTURE(value.dump());
      bool expected = false;
      if (schema.contains("enum")) {
        for (const Json& word : schema["enum"]) expected = expected || Document(word) == value;
      } else {
        const std::string types = schema["type"].dump();
        const auto has = [&](const char* type) { return types.find(type) != std::string::npos; };
        const double number = value.is_number() ? value.get<double>() : 0;
        const bool in_range = number >= bound(*row, "minimum").value_or(number) &&
                              number <= bound(*row, "maximum").value_or(number) &&
                              (!bound(*row, "exclusiveMinimum") || number > *bound(*row, "exclusiveMinimum"));
        const bool is_quantity = value == "0.5" || value == "30000/1001";
        expected = (value.is_null() && has("null")) || (value.is_boolean() && has("boolean")) ||
                   (value.is_number_integer() && has("integer") && in_range) ||
                   (value.is_number() && has("number") && in_range) ||
                   (value.is_string() && has("string") && (has("number") ? is_quantity : value != ""));
      }
      CHECK(is_allowed(*row, value) == expected);
      accepted += expected ? 1U : 0U;
    }
  }
  CHECK(accepted > 200);
}

TEST_CASE("schema and checks draw the same line at both ends of every range") {
  std::size_t ranges = 0;
  for (const Option* row : recipe_rows()) {
    if (!row->problem || !row->schema.contains("maximum")) continue;
    ++ranges;
    CAPTURE(std::string(row->pointer));
    const bool is_open = row->schema.contains("exclusiveMinimum");
    const double low = *bound(*row, is_open ? "exclusiveMinimum" : "minimum"), high = *bound(*row, "maximum");
    const bool is_whole = row->schema["type"].dump().find("integer") != std::string::npos;
    const double step = is_whole ? 1 : 0.001;
    for (const double value : {low - step, low, low + step, high - step, high, high + step}) {
      const Document written = is_whole ? Document(static_cast<std::int64_t>(value)) : Document(value);
      if (is_whole && high > 1e18 && value > low + step) continue;  // a double has no neighbour of that size
      PipelineOptions options;
      row->read(written, options);
      CAPTURE(written.dump());
      CHECK(is_allowed(*row, written) == !row->problem(options));
    }
  }
  CHECK(ranges > 50);
}

TEST_CASE("what a recipe says is read and written back the same") {
  for (const Option* row : recipe_rows()) {
    std::vector<Document> values{Document(row->write(PipelineOptions{}))};
    if (row->schema.contains("enum")) {
      for (const Json& word : row->schema["enum"]) values.emplace_back(word);
    } else if (row->schema.contains("maximum")) {
      values.emplace_back(row->schema["maximum"]);
    }
    for (const Document& value : values) {
      CAPTURE(std::string(row->pointer));
      CAPTURE(value.dump());
      PipelineOptions options;
      row->read(value, options);
      CHECK(Document(row->write(options)) == value);
    }
  }
}

TEST_CASE("every name of every flag is accepted, and a wrong one is answered with the flag and the names") {
  std::size_t flags = 0;
  for (const Option& row : recipe::option_table()) {
    if (!row.has_flag() || row.words.empty()) continue;
    ++flags;
    const std::string flag(row.flag.names.front());
    CAPTURE(flag);
    for (const std::string_view word : row.words) {
      recipe::TypedOptions typed;
      typed.give(flag, std::string(word));
      PipelineOptions options;
      CHECK_NOTHROW(typed.lay_over(options));
      if (row.schema.contains("enum")) CHECK(row.write(options) == Json(word));
    }
    recipe::TypedOptions wrong;
    wrong.give(flag, "no-such-word");
    PipelineOptions options;
    try {
      wrong.lay_over(options);
      FAIL("it was taken");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::usage);
      CHECK(error.where() == flag);
      CHECK(error.message().find("no-such-word") != std::string::npos);
    }
  }
  CHECK(flags >= 13);
}

TEST_CASE("flags are named once, with dashes, and belong to a group that a command has") {
  std::set<std::string> names;
  std::set<recipe::FlagGroup> groups;
  for (const recipe::GroupOfFlags& group : recipe::flag_groups()) groups.insert(group.group);
  for (const Option& row : recipe::option_table()) {
    CHECK_FALSE(row.help.empty());
    CHECK(row.help.ends_with('.'));
    for (const std::string_view name : row.flag.names) {
      CAPTURE(std::string(name));
      CHECK(name.starts_with("--"));
      CHECK(names.insert(std::string(name)).second);
      CHECK(groups.count(row.flag.group) == 1);
      CHECK(recipe::find_by_flag(name) == &row);
    }
  }
}

TEST_CASE("the default of a flag is typed as the user would type it") {
  for (const Option& row : recipe::option_table()) {
    if (!row.takes_value() || recipe::default_text(row).empty()) continue;
    CAPTURE(std::string(row.flag.names.front()));
    recipe::TypedOptions typed;
    typed.give(row.flag.names.front(), recipe::default_text(row));
    PipelineOptions options;
    typed.lay_over(options);
    CHECK(row.write(options) == row.write(PipelineOptions{}));
  }
}

}  // namespace
}  // namespace react1
