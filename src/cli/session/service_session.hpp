// SPDX-License-Identifier: Apache-2.0
// The service of a command (from the environment, or its own sandbox) and the job store.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <react1/fal.hpp>
#include <react1/jobs.hpp>
#include <react1/pipeline.hpp>
#include <react1/sandbox.hpp>
#include <stop_token>
#include <string>

#include "cli/process/shell.hpp"

namespace react1::cli {

struct ServiceFlags {
  std::string service = "fal";
  bool sandbox = false;
  bool has_sandbox_flag = false;  ///< --sandbox is a flag of this command
  std::optional<std::string> store;
};

/// --service and --store. `flags` must outlive `command`.
void add_service_flags(CLI::App& command, ServiceFlags& flags);
/// --sandbox, for commands that can use a service that ends with them.
void add_sandbox_flag(CLI::App& command, ServiceFlags& flags);

/// --store, else REACT1_STORE; nullopt: neither.
[[nodiscard]] std::optional<std::string> named_store(const std::optional<std::string>& flag);
/// The named store, else jobs.sqlite in the state directory. Throws Error{io|usage}.
[[nodiscard]] std::unique_ptr<JobStore> open_store(const std::optional<std::string>& flag, const std::stop_token& stop);
/// The same for commands that only look: none is created. nullptr when there is none yet; throws Error{usage} when the
/// flag names one that is not there.
[[nodiscard]] std::unique_ptr<JobStore> open_existing_store(const std::optional<std::string>& flag,
                                                            const std::stop_token& stop);
/// Throws Error{usage} when the flag names a store that is not there, for commands that look for a job in it.
void require_store(const std::optional<std::string>& flag);
/// The folder for state: the state directory; without a home and the variables that name
/// one, the folder of the named store. Throws Error{io} when there is neither.
[[nodiscard]] std::string state_place(const std::optional<std::string>& store);
/// The options with a folder for the clips, where the library would find none.
[[nodiscard]] PipelineOptions with_state_place(PipelineOptions options, const ServiceFlags& flags);
/// --store, for commands that need no service.
void add_store_flag(CLI::App& command, std::optional<std::string>& store);

/// Member order is a lifetime: the client talks to the sandbox to its end.
class ServiceSession {
 public:
  /// Throws Error{auth} without a key and without --sandbox, before anything else happens. `options` gives retries,
  /// the longest wait and the webhook; the session listens for it when the command `stays` until its request has ended.
  /// Throws Error{usage|io} when it can't listen.
  ServiceSession(const ServiceFlags& flags, const PipelineOptions& options, Shell& shell, bool stays = false);

  [[nodiscard]] Service service();
  [[nodiscard]] FalClient& client() noexcept { return *client_; }
  [[nodiscard]] JobStore& jobs() noexcept { return *jobs_; }

 private:
  std::unique_ptr<Sandbox> sandbox_;
  FalOptions options_;
  std::unique_ptr<JobStore> jobs_;
  std::unique_ptr<FalClient> client_;
};

/// A request and, when it is one of ours, its job.
struct KnownRequest {
  RequestRef request;
  std::optional<Job> job;
};
/// `id` is a request id, or the id of a job in the store. An id that the store does not know counts as a request of
/// another program. The reference is empty for a job that has no request (yet).
[[nodiscard]] KnownRequest find_request(const std::string& id, const JobStore& jobs);
/// As above; throws Error{usage} for a job that has no request.
[[nodiscard]] KnownRequest require_request(const std::string& id, const JobStore& jobs);

}  // namespace react1::cli
