// SPDX-License-Identifier: Apache-2.0
// Fault scripts of the sandbox.
#include "fuzz/input.hpp"
#include "sandbox/faults/faults.hpp"

#include <react1/error.hpp>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    react1::sandbox::FaultBook book(react1::sandbox::parse_fault_script(react1::fuzz::text_of(data, size), "a script"));
    const auto action = book.decide(react1::sandbox::Route::submit, 1, "");
    if (action)
      static_cast<void>(react1::sandbox::with_faults(react1::serve::text_response(200, "a/b", "{}"), *action));
  } catch (const react1::Error&) {  // NOLINT(bugprone-empty-catch): a refusal is the expected end
  }
  return 0;
}
