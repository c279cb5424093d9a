// From a known request to a verified file: wait, fetch the answer, download, verify, record.
#pragma once

#include <optional>
#include <react1/error.hpp>
#include <react1/pipeline.hpp>
#include <react1/run_context.hpp>
#include <string>

namespace react1::stages {

/// What is known about a request beside its reference.
struct Claim {
  std::optional<Job> job;  ///< nullopt: submitted by somebody else
  RequestRef request;
  std::optional<Preparation> preparation;  ///< nullopt: nothing to compare the result with but itself
  std::optional<Parameters> parameters;
  std::string video_url, audio_url;  ///< as uploaded; empty when unknown
  std::string output;
  Timings timings;  ///< of the stages so far
  OnInterrupt on_interrupt = OnInterrupt::detach;
};

/// Waits, downloads, verifies, commits the file and writes OUTPUT.json. Moves the job to done, or to failed when the
/// service failed it. Errors carry the request id. A failed verification is not an Error: look at the record.
[[nodiscard]] RunRecord collect(Claim claim, Service& service, const RunContext& context);

/// Throws Error{usage} when `output` is a directory or one of `inputs`, Error{io} when its folder can't be written to.
void require_output(const std::string& output, const std::vector<Source>& inputs);

/// Writes OUTPUT.json.
void write_record(const RunRecord& record);

}  // namespace react1::stages
