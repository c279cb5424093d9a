#include "cli/service_session.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "cli/flags.hpp"
#include "cli/webhook_flags.hpp"
#include "core/clock.hpp"
#include "core/printable.hpp"

namespace react1::cli {
namespace {

constexpr const char* kGroup = "Service";

/// The in-process service answers at once; waiting for the real one's intervals would only make demos slow.
constexpr std::chrono::milliseconds kSandboxPoll{50};
constexpr std::chrono::milliseconds kSandboxPollMax{250};

FalOptions options_for(const Sandbox& sandbox, const std::string& key) {
  FalOptions options;
  options.key = Secret(key);
  options.queue_url = options.rest_url = sandbox.url();
  options.poll_interval = kSandboxPoll;
  options.poll_interval_max = kSandboxPollMax;
  return options;
}

}  // namespace

void add_store_flag(CLI::App& command, std::optional<std::string>& store) {
  add_value(command, "--store", store,
            "Job store: path of an SQLite file (default: REACT1_STORE, else in the state folder)")
      ->group(kGroup)
      ->option_text("PATH");
}

void add_service_flags(CLI::App& command, ServiceFlags& flags) {
  command.add_option("--service", flags.service, "The service to use")
      ->check(CLI::IsMember({"fal"}))
      ->capture_default_str()
      ->group(kGroup);
  add_store_flag(command, flags.store);
}

void add_sandbox_flag(CLI::App& command, ServiceFlags& flags) {
  command
      .add_flag(
          "--sandbox", flags.sandbox,
          "Use a loopback service inside this process: free of charge, no key; it renders timing and never lip-syncs")
      ->group(kGroup);
}

std::unique_ptr<JobStore> open_store(const std::optional<std::string>& flag) {
  if (flag) return open_job_store(*flag);
  if (const char* named = std::getenv("REACT1_STORE"); named != nullptr && *named != '\0') return open_job_store(named);
  return open_job_store((std::filesystem::path(state_directory()) / "jobs.sqlite").string());
}

ServiceSession::ServiceSession(const ServiceFlags& flags, const PipelineOptions& options, Shell& shell, bool stays) {
  if (flags.sandbox) {
    const std::string key = "sandbox:" + new_id(system_clock());
    sandbox_ = std::make_unique<Sandbox>(SandboxOptions{.key = key});
    options_ = options_for(*sandbox_, key);
    shell.paid.ends_with_process = true;
  } else {
    options_ = fal_options_from_environment();
  }
  options_.retry = options.retry;
  options_.max_wait = options.max_wait;
  options_.on_max_wait = options.on_max_wait;
  options_.max_queue_wait = options.max_queue_wait;
  options_.on_max_queue_wait = options.on_max_queue_wait;
  options_.stall_timeout = options.stall_timeout;
  options_.upload = options.upload;
  // What is uploaded to a sandbox of our own goes with it.
  if (!flags.sandbox && options_.upload.memory.empty())
    options_.upload.memory = (std::filesystem::path(state_directory()) / "uploads.sqlite").string();
  set_up_webhook(options_, options.webhook, stays);
  jobs_ = open_store(flags.store);
  client_ = std::make_unique<FalClient>(options_);
}

Service ServiceSession::service() {
  return {.client = *client_,
          .jobs = *jobs_,
          .endpoint = options_.endpoint,
          .queue_url = options_.queue_url,
          .sandbox = sandbox_ != nullptr};
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
