// SPDX-License-Identifier: Apache-2.0
// Adds the request id to every error about a paid request.
#pragma once

#include <string>

#include <react1/error.hpp>

#include "core/boundary.hpp"

namespace react1::stages {

/// Returns the result of `work()`. Its exceptions become Errors with the request's id.
template <class Work>
decltype(auto) naming(const std::string& request_id, Work&& work) {
  try {
    return at_boundary("the paid request", std::forward<Work>(work));
  } catch (const Error& error) {
    if (!error.request_id().empty()) throw;
    throw error.with_request_id(request_id);
  }
}

}  // namespace react1::stages
