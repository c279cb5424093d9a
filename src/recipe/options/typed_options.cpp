// SPDX-License-Identifier: Apache-2.0
#include "recipe/options/typed_options.hpp"

#include <utility>

#include <react1/error.hpp>

#include "recipe/options/table.hpp"

namespace react1::recipe {
namespace {

const Option& row_of_flag(std::string_view flag) {
  const Option* row = find_by_flag(flag);
  if (row == nullptr) throw Error(ErrorCode::internal, std::string(flag), "is not in the table of options");
  return *row;
}

void take(const Option& row, const std::string& text, const IsGiven& is_given, PipelineOptions& options) {
  const std::string flag(row.flag.names.front());
  try {
    if (row.flag.turns_off) {
      row.take(text == "true" ? "false" : "true", is_given, options);
    } else if (!row.flag.off_word.empty() && text == row.flag.off_word) {
      row.read(Document(), options);  // null
    } else {
      row.take(text, is_given, options);
    }
  } catch (const Error& error) {  // names the kind of value
    throw Error(error.code(), flag, error.message(), {.detail = error.detail(), .hint = error.hint()});
  }
  if (!row.problem) return;
  if (const auto problem = row.problem(options)) throw Error(ErrorCode::usage, flag, *problem);
}

}  // namespace

void TypedOptions::give(std::string_view flag, std::string text) {
  given_[&row_of_flag(flag)] = std::move(text);
}

bool TypedOptions::is_given(std::string_view flag) const {
  return given_.count(&row_of_flag(flag)) > 0;
}

void TypedOptions::lay_over(PipelineOptions& options) const {
  const IsGiven given = [this](std::string_view flag) { return is_given(flag); };
  for (const Option& row : option_table()) {
    if (const auto hit = given_.find(&row); hit != given_.end()) take(row, hit->second, given, options);
  }
}

std::string_view TypedOptions::flag_of(std::string_view member) const {
  for (const auto& [row, text] : given_) {
    if (!member.empty() && (row->member == member || row->is_within(member))) return row->flag.names.front();
  }
  return {};
}

}  // namespace react1::recipe
