// SPDX-License-Identifier: Apache-2.0
// Checks to run before the first job, or when jobs fail: this machine, the network path to the service, the account.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <react1/api.hpp>
#include <react1/error.hpp>
#include <react1/fal.hpp>
#include <react1/plan.hpp>
#include <react1/run_context.hpp>

namespace react1::REACT1_ABI {

/// What a check found.
enum class Health {
  good,
  warning,  ///< jobs work, but not as well or as safely as they could
  failed,   ///< jobs fail
  skipped,  ///< it could not be checked; `message` says why
};
/// "good", "warning", "failed", "skipped".
[[nodiscard]] REACT1_API std::string_view to_string(Health health) noexcept;

/// One check and its outcome.
struct Finding {
  std::string check;  ///< stable, e.g. "state_folder"
  Health health{};
  std::string message;                   ///< what was found, in one sentence
  std::string cure;                      ///< what to do about it; empty where nothing has to be done
  ErrorCode code = ErrorCode::internal;  ///< of a failed check: the code that a job would fail with
};

struct Diagnosis {
  std::vector<Finding> findings;  ///< in the order of their dependencies

  /// The code of the first failed check; nullopt: none has failed.
  [[nodiscard]] REACT1_API std::optional<ErrorCode> failure() const;
};

struct DoctorOptions {
  /// How the service is reached. nullopt: there is no usable key, which is a finding.
  std::optional<FalOptions> service{};
  std::string key_problem{};      ///< why there is no `service`
  Price price{};                  ///< that of the recipe, compared with the account's
  std::string state_directory{};  ///< empty: REACT1_STATE_DIR and its defaults
  std::string store{};            ///< path of the job store; empty: jobs.sqlite in the state folder
};

/// Checks everything that a job needs, and gives a cure for each fault. Pays nothing and changes no user data; trial
/// files are removed. Throws Error{interrupted}; everything else is a finding.
[[nodiscard]] REACT1_API Diagnosis examine(const DoctorOptions& options, const RunContext& context);

}  // namespace react1::REACT1_ABI
