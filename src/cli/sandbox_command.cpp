// react1 sandbox
#include <fmt/format.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <react1/sandbox.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "core/json.hpp"

namespace react1::cli {
namespace {

struct Arguments {
  std::uint16_t port = 0;
  std::string directory;
};

/// Any well-formed key will do; this one says what it is.
constexpr const char* kKey = "sandbox:sandbox";

void announce(const std::string& url, const Shell& shell, std::uint16_t port) {
  if (shell.global.json) {
    print_result(
        json_text(Json{{"url", url},
                       {"port", port},
                       {"environment", {{"REACT1_QUEUE_URL", url}, {"REACT1_REST_URL", url}, {"FAL_KEY", kKey}}}}));
    return;
  }
  print_result(url);
  if (!shell.global.quiet) {
    print_message(
        fmt::format("To use it from another terminal:\n"
                    "  export REACT1_QUEUE_URL={0} REACT1_REST_URL={0} FAL_KEY={1}\n"
                    "It renders timing and never lip-syncs. Ctrl-C ends it.",
                    url, kKey));
  }
}

int sandbox_command(const Arguments& arguments, Shell& shell) {
  const Sandbox sandbox(SandboxOptions{.port = arguments.port, .directory = arguments.directory});
  announce(sandbox.url(), shell, sandbox.port());
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, shell.stop, [] { return false; });
  return 0;  // being stopped is how a service ends
}

}  // namespace

void add_sandbox(CLI::App& app, Shell& shell) {
  CLI::App* command =
      app.add_subcommand("sandbox", "A loopback service that speaks the service's protocol, until stopped");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("--port", arguments->port, "TCP port on 127.0.0.1; 0 takes any free one")
      ->capture_default_str()
      ->option_text("N");
  command->add_option("--dir", arguments->directory, "Folder for uploads and results (default: a temporary one)")
      ->option_text("DIR");
  command->callback(
      [arguments, &shell] { shell.action = [arguments, &shell] { return sandbox_command(*arguments, shell); }; });
}

}  // namespace react1::cli
