// SPDX-License-Identifier: Apache-2.0
// What is known about an existing result at the output path: from the record next to it, or from the job store.
#pragma once

#include <filesystem>
#include <optional>
#include <react1/jobs.hpp>
#include <react1/pipeline.hpp>
#include <string>

#include "core/json_text.hpp"

namespace react1::stages {

struct EarlierResult {
  std::string request_id, sha256;  ///< of the file, as recorded
  Json record;                     ///< the run document
  std::optional<Job> job;          ///< of that request, when the store has it
};

/// The record at `path`; nullopt when there is none, or when the file is no record of a run. Never throws for
/// its contents.
[[nodiscard]] std::optional<EarlierResult> read_earlier(const std::filesystem::path& path, const JobStore& jobs);

/// The job whose result is the file with this sha256 at `output` (absolute), by the newest jobs of the store; nullopt
/// when there is none.
[[nodiscard]] std::optional<EarlierResult> find_earlier(const std::string& output, const std::string& sha256,
                                                        const JobStore& jobs);

/// Whether `earlier` is a result of the intent `intent`. Where the store does not know its job, the record's own clips
/// and parameters are taken, at `service`.
[[nodiscard]] bool is_of_intent(const EarlierResult& earlier, const std::string& intent,
                                const ServiceIdentity& service);

/// As text, the parameter in which `earlier` differs from the request; empty when none does. A mode that is
/// left to the advice never differs.
[[nodiscard]] std::string difference(const EarlierResult& earlier, const RequestedParameters& requested);

/// Fills in members that `record` lacks from the run document `earlier` of the same request. Its timings take
/// precedence: they are those of the run that made the result.
void keep_known(RunRecord& record, const Json& earlier);

}  // namespace react1::stages
