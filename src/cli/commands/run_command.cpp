// SPDX-License-Identifier: Apache-2.0
// react1 run
#include <memory>
#include <react1/pipeline.hpp>

#include "cli/commands/commands.hpp"
#include "cli/flags/flags.hpp"
#include "cli/flags/option_flags.hpp"
#include "cli/flags/webhook_setup.hpp"
#include "cli/print/console_observer.hpp"
#include "cli/print/output_path.hpp"
#include "cli/print/run_output.hpp"
#include "cli/process/inputs.hpp"
#include "cli/session/service_session.hpp"

namespace react1::cli {
namespace {

struct RunArguments {
  std::string video, audio;
  OutputFlags output;
  OptionFlags flags;
  ServiceFlags service;
};

int run_command(const RunArguments& arguments, Shell& shell) {
  PipelineOptions options = with_state_place(resolve_for_submit(arguments.flags), arguments.service);
  const Pair pair = pair_of(arguments.video, arguments.audio);
  const ResultOutput output(arguments.output, {pair.video, pair.audio}, shell);
  options.output = output.options();
  shell.paid.output = arguments.output.output;
  announce_recipe_webhook(options.webhook, arguments.flags, /*listens=*/true, shell);
  ServiceSession session(arguments.service, options, shell, /*stays=*/true);
  const RunRecord record = [&] {
    ConsoleObserver observer(shell);
    return run(pair.video, pair.audio, output.path(), options, session.service(), {shell.stop, &observer});
  }();
  return hand_over(record, output, shell);
}

}  // namespace

void add_run(CLI::App& app, Shell& shell) {
  CLI::App* command = app.add_subcommand(
      "run", "The main job: prepare, upload, submit, wait, download, verify; also writes OUT.mp4.json");
  const auto arguments = std::make_shared<RunArguments>();
  add_argument(*command, "VIDEO", arguments->video, kInputHelp);
  add_argument(*command, "AUDIO", arguments->audio, kSoundHelp);
  add_output_flags(*command, arguments->output, "The result");
  add_recipe_flag(*command, arguments->flags.pipeline, kRecipeHelp);
  add_option_flags(*command, arguments->flags, "run");
  add_service_flags(*command, arguments->service);
  add_sandbox_flag(*command, arguments->service);
  command->callback(
      [arguments, &shell] { shell.action = [arguments, &shell] { return run_command(*arguments, shell); }; });
}

}  // namespace react1::cli
