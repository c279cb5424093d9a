// SPDX-License-Identifier: Apache-2.0
#include <react1/error.hpp>
#include <react1/run_context.hpp>

namespace react1 {

Observer& silent_observer() noexcept {
  static Observer observer;
  return observer;
}

void RunContext::throw_if_stopped() const {
  if (stop.stop_requested()) throw Error(ErrorCode::interrupted, "", "stopped on request");
}

}  // namespace react1
