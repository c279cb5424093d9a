// SPDX-License-Identifier: Apache-2.0
// react1 sandbox
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <react1/error.hpp>
#include <react1/sandbox.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/print/result_output.hpp"
#include "core/atomic_file.hpp"
#include "core/json_text.hpp"
#include "core/number.hpp"
#include "record/documents.hpp"

namespace react1::cli {
namespace {

struct SandboxArguments {
  std::uint16_t port = 0;
  std::string directory, faults, ledger;
  double queue_time_s = 0.1, inference_time_s = 0;
  unsigned concurrency = 2;
  bool no_render = false;
  std::vector<std::string> reach;
};

/// Any well-formed key is accepted; this one is recognisable.
constexpr const char* kKey = "sandbox:sandbox";

void announce(const Sandbox& sandbox, const Shell& shell) {
  const std::string url = sandbox.url();
  if (shell.global.json) {
    print_result(json_text(Json{{"schema", record::kSchema},
                                {"url", url},
                                {"port", sandbox.port()},
                                {"environment",
                                 {{"REACT1_QUEUE_URL", url},
                                  {"REACT1_REST_URL", url},
                                  {"REACT1_PLATFORM_URL", sandbox.platform_url()},
                                  {"FAL_KEY", kKey}}}}));
    return;
  }
  print_result(url);
  if (!shell.global.quiet) {
    print_message(
        fmt::format("To use it from another terminal:\n"
                    "  export REACT1_QUEUE_URL={0} REACT1_REST_URL={0} REACT1_PLATFORM_URL={1} FAL_KEY={2}\n"
                    "It renders timing and never lip-syncs. Ctrl-C ends it.",
                    url, sandbox.platform_url(), kKey));
  }
}

std::uint16_t parse_port(const std::string& text) {
  const std::uint16_t port = read_number<std::uint16_t>(text).value_or(0);
  if (port == 0)
    throw Error(ErrorCode::usage, "--reach", "\"" + text + "\" is no port", {.hint = "1 to 65535, or any"});
  return port;
}

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds{std::llround(seconds * 1000)};
}

SandboxOptions options_from(const SandboxArguments& arguments) {
  SandboxOptions options{.port = arguments.port,
                         .directory = arguments.directory,
                         .queue_time = milliseconds(arguments.queue_time_s),
                         .inference_time = milliseconds(arguments.inference_time_s),
                         .concurrency = arguments.concurrency,
                         .render = !arguments.no_render,
                         .ledger = arguments.ledger};
  for (const std::string& port : arguments.reach) {
    if (port == "any") {
      options.all_ports_reachable = true;
    } else {
      options.reachable_ports.push_back(parse_port(port));
    }
  }
  if (!arguments.faults.empty()) {
    options.faults = read_file(arguments.faults);
    options.faults_name = arguments.faults;
  }
  return options;
}

/// A thousand open streams are a thousand descriptors; the usual soft limit is 1024.
void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));  // refused: it serves as many as allowed
}

int sandbox_command(const SandboxArguments& arguments, Shell& shell) {
  allow_many_descriptors();
  const Sandbox sandbox(options_from(arguments));
  announce(sandbox, shell);
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, shell.stop, [] { return false; });
  return 0;  // a service ends by being stopped
}

}  // namespace

void add_sandbox(CLI::App& app, Shell& shell) {
  CLI::App* command =
      app.add_subcommand("sandbox", "Runs a loopback service with the service's protocol, until stopped");
  const auto arguments = std::make_shared<SandboxArguments>();
  command->add_option("--port", arguments->port, "TCP port on 127.0.0.1; 0 takes any free one")
      ->capture_default_str()
      ->option_text("N");
  command->add_option("--dir", arguments->directory, "Folder for uploads and results (default: a temporary one)")
      ->option_text("DIR");
  constexpr double most = 24 * 3600;
  command->add_option("--queue-time", arguments->queue_time_s, "Shortest time of a request in the queue, seconds")
      ->capture_default_str()
      ->check(CLI::Range(0.0, most))
      ->option_text("S");
  command
      ->add_option("--inference-time", arguments->inference_time_s, "Added to the time that rendering takes, seconds")
      ->capture_default_str()
      ->check(CLI::Range(0.0, most))
      ->option_text("S");
  command->add_option("--concurrency", arguments->concurrency, "Maximum number of concurrent requests; others queue")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000))
      ->option_text("N");
  command->add_flag("--no-render", arguments->no_render,
                    "Skip validation and rendering; return a fixed tiny clip (load testing)");
  command
      ->add_option("--reach", arguments->reach,
                   "A port of this machine that clips may be fetched from and webhooks sent to; \"any\": all (default: "
                   "its own only)")
      ->option_text("PORT|any ...");
  command->add_option("--faults", arguments->faults, "Script of faults (docs/sandbox.md)")->option_text("FILE");
  command
      ->add_option("--ledger", arguments->ledger,
                   "Append every accepted submit and every request seen to this file, as JSON lines")
      ->option_text("FILE");
  command->callback(
      [arguments, &shell] { shell.action = [arguments, &shell] { return sandbox_command(*arguments, shell); }; });
}

}  // namespace react1::cli
