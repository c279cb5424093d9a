// SPDX-License-Identifier: Apache-2.0
#include "cli/session/service_session.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/flags/flags.hpp"
#include "cli/flags/webhook_setup.hpp"
#include "core/clock.hpp"
#include "core/printable.hpp"
#include "core/redact.hpp"
#include "store/postgres/postgres_address.hpp"
#include "store/state_folder.hpp"

namespace react1::cli {
namespace {

constexpr const char* kGroup = "Service";

/// The in-process service answers immediately; the real service's intervals would only slow it down.
constexpr std::chrono::milliseconds kSandboxPoll{50};
constexpr std::chrono::milliseconds kSandboxPollMax{250};

bool is_database_url(const std::string& path) {
  return !url_scheme(path).empty();
}

/// Every user of the machine sees the arguments of a running program.
void refuse_password(const std::string& place) {
  if (!store::is_postgres_address(place) || !store::has_password(place)) return;
  throw Error(ErrorCode::usage, "--store", "holds a password, which other users of this machine can see",
              {.hint = "put it into ~/.pgpass or PGPASSWORD, or the whole address into REACT1_STORE"});
}

/// Any kind of file; opening it determines the kind.
bool is_there(const std::string& path) {
  std::error_code error;
  return std::filesystem::symlink_status(path, error).type() != std::filesystem::file_type::not_found;
}

FalOptions options_for(const Sandbox& sandbox, const std::string& key) {
  FalOptions options;
  options.key = Secret(key);
  options.queue_url = options.rest_url = sandbox.url();
  options.platform_url = sandbox.platform_url();
  options.poll_interval = kSandboxPoll;
  options.poll_interval_max = kSandboxPollMax;
  return options;
}

/// The hint of a command that also works without a key.
FalOptions options_of_environment(const ServiceFlags& flags) {
  try {
    return fal_options_from_environment();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::auth || !flags.has_sandbox_flag) throw;
    throw Error(error.code(), error.where(), error.message(),
                {.detail = error.detail(), .hint = error.hint() + "; --sandbox needs none"});
  }
}

}  // namespace

void add_store_flag(CLI::App& command, std::optional<std::string>& store) {
  add_value(command, "--store", store,
            "Job store: path of an SQLite file, or postgresql://[USER@]HOST[:PORT]/DATABASE (default: REACT1_STORE, "
            "else a file in the state folder)")
      ->group(kGroup)
      ->option_text("PATH|URL");
}

void add_service_flags(CLI::App& command, ServiceFlags& flags) {
  command.add_option("--service", flags.service, "The service to use")
      ->check(CLI::IsMember({"fal"}))
      ->capture_default_str()
      ->group(kGroup);
  add_store_flag(command, flags.store);
}

void add_sandbox_flag(CLI::App& command, ServiceFlags& flags) {
  flags.has_sandbox_flag = true;
  command
      .add_flag(
          "--sandbox", flags.sandbox,
          "Use a loopback service inside this process: free of charge, no key; it renders timing and never lip-syncs")
      ->group(kGroup);
}

namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool is_homeless() {
  return !is_set("REACT1_STATE_DIR") && !is_set("XDG_STATE_HOME") && !is_set("HOME");
}

}  // namespace

std::optional<std::string> named_store(const std::optional<std::string>& flag) {
  if (flag) {
    refuse_password(*flag);
    return flag;
  }
  return is_set("REACT1_STORE") ? std::optional<std::string>(std::getenv("REACT1_STORE")) : std::nullopt;
}

std::string state_place(const std::optional<std::string>& store) {
  const auto named = named_store(store);
  if (!named || !is_homeless() || is_database_url(*named)) return state_directory();
  return std::filesystem::absolute(*named).parent_path().string();
}

PipelineOptions with_state_place(PipelineOptions options, const ServiceFlags& flags) {
  if (options.clips_directory.empty() && is_homeless() && named_store(flags.store))
    options.clips_directory = (std::filesystem::path(state_place(flags.store)) / "clips").string();
  return options;
}

std::unique_ptr<JobStore> open_store(const std::optional<std::string>& flag, const std::stop_token& stop) {
  if (const std::optional<std::string> named = named_store(flag)) return open_job_store(*named, stop);
  return open_job_store((std::filesystem::path(state_directory()) / store::kStoreName).string(), stop);
}

void require_store(const std::optional<std::string>& flag) {
  if (!flag || is_database_url(*flag) || is_there(*flag)) return;
  throw Error(
      ErrorCode::usage, *flag, "there is no job store here",
      {.hint = "name the store that `react1 run` or `react1 submit` used, or omit --store for the default one"});
}

std::unique_ptr<JobStore> open_existing_store(const std::optional<std::string>& flag, const std::stop_token& stop) {
  require_store(flag);
  std::string path;
  if (const std::optional<std::string> named = named_store(flag)) {
    path = *named;
  } else {
    path = (store::state_folder() / store::kStoreName).string();
  }
  if (!is_database_url(path) && !is_there(path)) return nullptr;
  return open_job_store(path, stop);
}

ServiceSession::ServiceSession(const ServiceFlags& flags, const PipelineOptions& options, Shell& shell, bool stays) {
  if (flags.sandbox) {
    const std::string key = "sandbox:" + new_id(system_clock());
    sandbox_ = std::make_unique<Sandbox>(SandboxOptions{.key = key});
    options_ = options_for(*sandbox_, key);
    shell.paid.ends_with_process = true;
  } else {
    options_ = options_of_environment(flags);
  }
  options_ = client_options(std::move(options_), options);
  // Uploads to our own sandbox end with it.
  if (!flags.sandbox && options_.upload.memory.empty())
    options_.upload.memory = (std::filesystem::path(state_place(flags.store)) / "uploads.sqlite").string();
  set_up_webhook(options_, options.webhook, stays);
  jobs_ = open_store(flags.store, shell.stop);
  client_ = std::make_unique<FalClient>(options_);
}

Service ServiceSession::service() {
  return {.client = *client_, .jobs = *jobs_};
}

KnownRequest find_request(const std::string& id, const JobStore& jobs) {
  KnownRequest known;
  known.job = jobs.find_by_request(id);
  if (!known.job) known.job = jobs.find(id);
  known.request = known.job ? known.job->request : RequestRef{.request_id = id};
  return known;
}

KnownRequest require_request(const std::string& id, const JobStore& jobs) {
  KnownRequest known = find_request(id, jobs);
  if (known.request.request_id.empty()) {
    throw Error(ErrorCode::usage, id, fmt::format("this job has no request: it is {}", to_string(known.job->state)),
                {.detail = known.job->error, .hint = "see `react1 jobs show " + shell_word(id) + "`"});
  }
  return known;
}

}  // namespace react1::cli
