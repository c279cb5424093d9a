// SPDX-License-Identifier: Apache-2.0
// Records that are read back: by verify --expect, and by programs.
#include <react1/error.hpp>
#include <react1/json.hpp>

#include "fuzz/input.hpp"
#include "record/documents.hpp"

namespace {

using namespace react1;

/// A document that was read is written, and reads as the same again.
template <class Record>
void read_back(const std::string& text) {
  try {
    const std::string written = to_json(from_json<Record>(text, "fuzz.json"));
    fuzz::require(to_json(from_json<Record>(written, "fuzz.json")) == written);
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::usage);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  read_back<MediaInfo>(text);
  read_back<Preparation>(text);
  read_back<RunRecord>(text);
  read_back<Verification>(text);
  read_back<Job>(text);
  read_back<Error>(text);
  try {
    const Json document = parse_json(text, "fuzz.json", ErrorCode::usage);
    static_cast<void>(record::expected_from_json(document, "fuzz.json"));
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::usage);
  }
  return 0;
}
