// SPDX-License-Identifier: Apache-2.0
// What a client of the sandbox may send before a body: the target and the Range header.
#include "fuzz/input.hpp"
#include "serve/range.hpp"
#include "serve/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace react1;
  const fuzz::Choice input = fuzz::choose(data, size);
  const std::uint64_t body = std::uint64_t{input.which} * 1000;
  const serve::RangeChoice range = serve::choose_range(input.text, body);
  if (range.kind == serve::RangeChoice::Kind::part) {
    fuzz::require(range.length > 0 && range.first < body && range.length <= body - range.first);
  }
  static_cast<void>(serve::parse_target(input.text));
  if (const auto decoded = serve::percent_decode(input.text)) {
    fuzz::require(serve::percent_decode(serve::percent_encode(*decoded)) == decoded);
  }
  return 0;
}
