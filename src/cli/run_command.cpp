// react1 run
#include <memory>
#include <react1/pipeline.hpp>

#include "cli/commands.hpp"
#include "cli/console_observer.hpp"
#include "cli/flags.hpp"
#include "cli/inputs.hpp"
#include "cli/output_path.hpp"
#include "cli/pipeline_flags.hpp"
#include "cli/run_output.hpp"
#include "cli/service_session.hpp"

namespace react1::cli {
namespace {

struct Arguments {
  std::string video, audio, output;
  PipelineFlags flags;
  ServiceFlags service;
};

int run_command(const Arguments& arguments, Shell& shell) {
  const PipelineOptions options = resolve_for_submit(arguments.flags);
  const Pair pair = pair_of(arguments.video, arguments.audio);
  require_output_file(arguments.output, {pair.video, pair.audio});
  shell.paid.output = arguments.output;
  announce_recipe_webhook(options.webhook, arguments.flags.webhook, /*listens=*/true, shell);
  ServiceSession session(arguments.service, options, shell, /*stays=*/true);
  const RunRecord record = [&] {
    ConsoleObserver observer(shell);
    return run(pair.video, pair.audio, arguments.output, options, session.service(), {shell.stop, &observer});
  }();
  return print_run(record, shell);
}

}  // namespace

void add_run(CLI::App& app, Shell& shell) {
  CLI::App* command = app.add_subcommand(
      "run", "The main job: prepare, upload, submit, wait, download, verify; also writes OUT.mp4.json");
  const auto arguments = std::make_shared<Arguments>();
  add_argument(*command, "VIDEO", arguments->video, kInputHelp);
  add_argument(*command, "AUDIO", arguments->audio, kSoundHelp);
  command->add_option("-o,--output", arguments->output, "The result")->required()->option_text("OUT.mp4");
  add_pipeline_flags(*command, arguments->flags);
  add_paying_flags(*command, arguments->flags.paying);
  add_upload_flags(*command, arguments->flags.upload);
  add_on_interrupt_flag(*command, arguments->flags.paying);
  add_webhook_flags(*command, arguments->flags.webhook);
  add_service_flags(*command, arguments->service);
  add_sandbox_flag(*command, arguments->service);
  command->callback(
      [arguments, &shell] { shell.action = [arguments, &shell] { return run_command(*arguments, shell); }; });
}

}  // namespace react1::cli
