// SPDX-License-Identifier: Apache-2.0
// react1 submit
#include <fmt/format.h>

#include <memory>
#include <react1/error.hpp>
#include <react1/json.hpp>
#include <react1/pipeline.hpp>

#include "cli/commands/commands.hpp"
#include "cli/flags/flags.hpp"
#include "cli/flags/option_flags.hpp"
#include "cli/flags/webhook_setup.hpp"
#include "cli/print/console_observer.hpp"
#include "cli/print/print_text.hpp"
#include "cli/print/result_output.hpp"
#include "cli/process/inputs.hpp"
#include "cli/session/service_session.hpp"
#include "core/log.hpp"
#include "record/documents.hpp"

namespace react1::cli {
namespace {

struct SubmitArguments {
  std::string video, audio;
  bool wait = false;
  OptionFlags flags;
  ServiceFlags service;
};

int submit_command(const SubmitArguments& arguments, Shell& shell) {
  const PipelineOptions options = with_state_place(resolve_for_submit(arguments.flags), arguments.service);
  const Pair pair = pair_of(arguments.video, arguments.audio);
  if (arguments.flags.typed.is_given("--webhook-listen") && !arguments.wait) {
    throw Error(ErrorCode::usage, "--webhook-listen",
                "requires --wait: without it no process is left to receive the report",
                {.hint = "--webhook-url alone has the service report to another process"});
  }
  if (arguments.service.sandbox && !arguments.wait) {
    throw Error(ErrorCode::usage, "--sandbox",
                "needs --wait: this sandbox ends with the command, and the request with it",
                {.hint = "`react1 sandbox` starts a permanent one; or use --wait, or `react1 run --sandbox`"});
  }
  announce_recipe_webhook(options.webhook, arguments.flags, /*listens=*/arguments.wait, shell);
  ServiceSession session(arguments.service, options, shell, /*stays=*/arguments.wait);
  Job job;
  std::optional<QueueStatus> status;
  {
    ConsoleObserver observer(shell);
    RunContext context{shell.stop, &observer};
    job = submit(pair.video, pair.audio, options, session.service(), context);
    shell.paid.request_id = job.request.request_id;
    if (arguments.wait) {
      context.job_id = job.id;
      observer.on_stage(Stage::wait);
      status = session.client().wait(job.request, context);
    }
  }
  if (!shell.global.json) {
    print_result(job.request.request_id);
    if (!status) return 0;
    const std::string text = status_text(*status, job.request.request_id);
    if (shell.global.log_format == LogFormat::json) {
      log::info("status", text);
    } else {
      print_message(text);
    }
    return 0;
  }
  Json document = record::document(job);
  if (status) document["status"] = record::document(*status);
  print_result(json_text(document));
  return 0;
}

}  // namespace

void add_submit(CLI::App& app, Shell& shell) {
  CLI::App* command = app.add_subcommand("submit", "Upload and submit; prints the request id and returns");
  const auto arguments = std::make_shared<SubmitArguments>();
  add_argument(*command, "VIDEO", arguments->video, kInputHelp);
  add_argument(*command, "AUDIO", arguments->audio, kSoundHelp);
  command->add_flag("--wait", arguments->wait, "Wait until the service has finished; `react1 result` then fetches it");
  add_recipe_flag(*command, arguments->flags.pipeline, kRecipeHelp);
  add_option_flags(*command, arguments->flags, "submit");
  add_service_flags(*command, arguments->service);
  add_sandbox_flag(*command, arguments->service);
  command->callback(
      [arguments, &shell] { shell.action = [arguments, &shell] { return submit_command(*arguments, shell); }; });
}

}  // namespace react1::cli
