// SPDX-License-Identifier: Apache-2.0
// The edge of the library: nothing but Error leaves it.
#pragma once

#include <utility>

#include <react1/error.hpp>

namespace react1 {

/// To be called where an exception is being handled. Throws it on when it is an Error, else the Error that stands for
/// it: {io} for a file system, a system call, memory or a length that this machine lacks, {internal} for all else.
/// `what` names the public function.
[[noreturn]] void rethrow_as_error(const char* what);

/// Gives what `work()` gives; whatever it throws comes out as an Error. Every public function that does work is inside
/// of one.
template <class Work>
decltype(auto) at_boundary(const char* what, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (...) {
    rethrow_as_error(what);
  }
}

}  // namespace react1
