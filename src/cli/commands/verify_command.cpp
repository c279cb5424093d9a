// SPDX-License-Identifier: Apache-2.0
// react1 verify
#include <memory>
#include <optional>
#include <react1/pipeline.hpp>

#include "cli/commands/commands.hpp"
#include "cli/flags/flags.hpp"
#include "cli/print/console_observer.hpp"
#include "cli/print/run_output.hpp"

namespace react1::cli {
namespace {

struct VerifyArguments {
  std::string path;
  std::optional<std::string> expect;
};

int verify_command(const VerifyArguments& arguments, Shell& shell) {
  const Verification verification = [&] {
    ConsoleObserver observer(shell);
    return verify(arguments.path, arguments.expect, {shell.stop, &observer});
  }();
  return print_verification(verification, arguments.path, shell);
}

}  // namespace

void add_verify(CLI::App& app, Shell& shell) {
  CLI::App* command = app.add_subcommand("verify", "Checks a result file, alone or against the record of its run");
  const auto arguments = std::make_shared<VerifyArguments>();
  add_argument(*command, "OUT.mp4", arguments->path, "The file to check");
  add_value(*command, "--expect", arguments->expect, "OUT.mp4.json of run, or prepare.json of prepare")
      ->option_text("RECORD.json");
  command->callback(
      [arguments, &shell] { shell.action = [arguments, &shell] { return verify_command(*arguments, shell); }; });
}

}  // namespace react1::cli
