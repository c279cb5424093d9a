// SPDX-License-Identifier: Apache-2.0
// The document of `react1 doctor`.
#include <react1/doctor.hpp>

#include "record/documents.hpp"

namespace react1::record {

Json document(const Diagnosis& diagnosis) {
  Json findings = Json::array();
  for (const Finding& finding : diagnosis.findings) {
    findings.push_back({{"check", finding.check},
                        {"health", to_string(finding.health)},
                        {"message", finding.message},
                        {"cure", json_text_or_null(finding.cure)},
                        {"code", finding.health == Health::failed ? Json(to_string(finding.code)) : Json(nullptr)}});
  }
  return {{"schema", kSchema}, {"ok", !diagnosis.failure()}, {"findings", std::move(findings)}};
}

}  // namespace react1::record
