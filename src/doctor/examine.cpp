// SPDX-License-Identifier: Apache-2.0
#include <react1/doctor.hpp>

#include "core/boundary.hpp"
#include "doctor/examinations.hpp"

namespace react1::REACT1_ABI {
namespace {

Diagnosis examine_all(const DoctorOptions& options, const RunContext& context) {
  Diagnosis diagnosis;
  doctor::Findings& findings = diagnosis.findings;
  doctor::check_libraries(findings);
  context.throw_if_stopped();
  doctor::check_state(options, findings);
  context.throw_if_stopped();
  doctor::check_network_settings(options.service.value_or(FalOptions{}), findings);
  if (options.service) {
    doctor::check_service(*options.service, options.price, findings, context);
  } else {
    findings.push_back(doctor::failed("key", ErrorCode::auth,
                                      options.key_problem.empty() ? "no key is set" : options.key_problem,
                                      "set FAL_KEY to a key of your account at fal.ai"));
  }
  return diagnosis;
}

}  // namespace

Diagnosis examine(const DoctorOptions& options, const RunContext& context) {
  return at_boundary("examine", [&] { return examine_all(options, context); });
}

}  // namespace react1::REACT1_ABI
