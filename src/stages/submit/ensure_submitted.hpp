// SPDX-License-Identifier: Apache-2.0
// Gets a job submitted: joined, continued, found or paid, and paid at most once.
#pragma once

#include <react1/pipeline.hpp>
#include <react1/run_context.hpp>
#include <string>

#include "stages/output/output_guard.hpp"
#include "stages/submit/pair_upload.hpp"

namespace react1::stages {

/// A prepared pair, and the job of its intent.
struct Intent {
  ServiceIdentity service;
  Preparation preparation;
  Parameters parameters;
  Job job;
  Timings timings{};  ///< of the previous stages
};

/// Identifies a payment; unguessable.
[[nodiscard]] std::string new_token();

/// The six fields as the job stores them; the URLs are redacted.
[[nodiscard]] std::string parameters_text(const Parameters& parameters, const UploadedPair& pair);

/// Moves the job to `submitted` (or finds it there or beyond), paying at most once. Throws Error{outcome_unknown} for
/// a lost answer that was not found, Error{refused} for a job that was refused or cancelled in another run.
/// `output`: checked again right before paying for whether the result can be written; nullptr for a job without one.
void ensure_submitted(Intent& intent, const OutputGuard* output, const PipelineOptions& options, Service& service,
                      PairUpload& uploads, const RunContext& context);

}  // namespace react1::stages
