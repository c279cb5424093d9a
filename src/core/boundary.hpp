// SPDX-License-Identifier: Apache-2.0
// The edge of the library: nothing but Error leaves it.
#pragma once

#include <utility>

#include <react1/error.hpp>

namespace react1 {

/// Must be called in a catch block. Rethrows an Error; any other exception becomes an
/// Error: {io} for a file system, a system call, memory or a length that this machine lacks, {internal} for all else.
/// `what` names the public function.
[[noreturn]] void rethrow_as_error(const char* what);

/// Returns the result of `work()`; every exception becomes an Error. Every public function that does work
/// uses it.
template <class Work>
decltype(auto) at_boundary(const char* what, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (...) {
    rethrow_as_error(what);
  }
}

}  // namespace react1
