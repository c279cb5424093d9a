// SPDX-License-Identifier: Apache-2.0
// Exact arithmetic is limited to 64 bits; only a damaged file exceeds that.
#pragma once

#include <stdexcept>
#include <string>

#include <react1/error.hpp>

namespace react1::media {

/// Returns the result of `work()`. A number that Rational can't hold becomes Error{media} about `where`.
template <class Work>
auto within_reason(const std::string& where, Work work) {
  const auto refuse = [&](const char* cause) {
    throw Error{ErrorCode::media, where, "has times or rates that are out of range",
                Error::Extra{.detail = cause, .hint = "the file is damaged; export it again"}};
  };
  try {
    return work();
  } catch (const std::overflow_error& failure) {
    refuse(failure.what());
    throw;
  } catch (const std::domain_error& failure) {
    refuse(failure.what());
    throw;
  }
}

}  // namespace react1::media
