// SPDX-License-Identifier: Apache-2.0
// An arbitrary recipe: syntax, schema, and the messages about both.
#include <string>

#include <react1/error.hpp>

#include "fuzz/input.hpp"
#include "recipe/json/document.hpp"
#include "recipe/schema.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace react1;
  try {
    const recipe::Document document =
        recipe::parse_document({.label = "fuzz.json", .text = std::string{fuzz::text_of(data, size)}});
    static_cast<void>(recipe::schema_problems(document));
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::usage);
  }
  return 0;
}
