// SPDX-License-Identifier: Apache-2.0
// The record that verify --expect reads back.
#include <react1/error.hpp>

#include "fuzz/input.hpp"
#include "record/documents.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace react1;
  try {
    const Json document = parse_json(fuzz::text_of(data, size), "fuzz.json", ErrorCode::usage);
    static_cast<void>(record::expected_from_json(document, "fuzz.json"));
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::usage);
  }
  return 0;
}
