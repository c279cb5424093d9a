// SPDX-License-Identifier: Apache-2.0
#include <react1/error.hpp>
#include <react1/run_context.hpp>

namespace react1::REACT1_ABI {

Observer::Observer() = default;
Observer::~Observer() = default;
void Observer::on_stage(Stage /*stage*/) {}
void Observer::on_progress(const Progress& /*progress*/) {}
void Observer::on_note(const Note& /*note*/) {}
void Observer::on_request(std::string_view /*request_id*/) {}

Observer& silent_observer() noexcept {
  static Observer observer;
  return observer;
}

void RunContext::throw_if_stopped() const {
  if (stop.stop_requested()) throw Error(ErrorCode::interrupted, "", "stopped on request");
}

}  // namespace react1::REACT1_ABI
