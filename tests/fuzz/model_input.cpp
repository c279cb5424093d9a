// SPDX-License-Identifier: Apache-2.0
// The sandbox's reading of a request's body.
#include "sandbox/protocol/model_input.hpp"
#include "models/registry.hpp"

#include "fuzz/input.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(react1::sandbox::parse_model_input(react1::models::standard(), react1::fuzz::text_of(data, size)));
  return 0;
}
