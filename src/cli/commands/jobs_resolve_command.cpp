// SPDX-License-Identifier: Apache-2.0
// react1 jobs resolve
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <react1/error.hpp>
#include <react1/json.hpp>
#include <react1/pipeline.hpp>
#include <string>

#include "cli/commands/commands.hpp"
#include "cli/flags/flags.hpp"
#include "cli/flags/option_flags.hpp"
#include "cli/print/console_observer.hpp"
#include "cli/print/output_path.hpp"
#include "cli/print/result_output.hpp"
#include "cli/print/run_output.hpp"
#include "cli/session/service_session.hpp"
#include "core/printable.hpp"

namespace react1::cli {
namespace {

struct JobsResolveArguments {
  ServiceFlags service;
  OptionFlags flags;
  std::string id;
  std::optional<std::string> request_id, output;
  bool looks_up = false, pay_again = false, drop = false, unchecked = false, overwrites = false;
};

Resolution resolution_of(const JobsResolveArguments& arguments) {
  if (arguments.request_id) return {Resolution::Kind::attach, *arguments.request_id};
  if (arguments.pay_again) return {Resolution::Kind::pay_again, {}};
  if (arguments.drop) return {Resolution::Kind::drop, {}};
  throw Error(ErrorCode::usage, "jobs resolve", "choose one of --auto, --request-id, --pay-again and --drop",
              {.hint = "--auto: look for it in the service's history; --request-id R: it was accepted as R; "
                       "--pay-again: send it (once more, if it was accepted); "
                       "--drop: the result is no longer wanted"});
}

std::string summary_of(const Job& job) {
  switch (job.state) {
    case JobState::submitted:
      return fmt::format("{} is request {}; continue with: react1 result {} -o {}", job.id, job.request.request_id,
                         shell_word(job.request.request_id), job.output.empty() ? "OUT.mp4" : shell_word(job.output));
    case JobState::done:
      return fmt::format("{} is request {}, and its result is at {}", job.id, job.request.request_id, job.output);
    case JobState::created:
      return fmt::format("{} is not paid; the same command sends it", job.id);
    default:
      return fmt::format("{} is {}; the same command starts again and pays", job.id, to_string(job.state));
  }
}

/// Asks the service. What is not proved stays unknown.
int look_up(const JobsResolveArguments& arguments, Shell& shell) {
  PipelineOptions options = load_recipe(arguments.flags.pipeline);
  options.lost_answer.look_up = true;  // requested by --auto
  arguments.flags.typed.lay_over(options);
  std::optional<ResultOutput> output;
  if (arguments.output)
    output.emplace(OutputFlags{*arguments.output, arguments.overwrites}, std::vector<Source>{}, shell);
  ServiceSession session(arguments.service, options, shell);
  const LookUp found = [&] {
    ConsoleObserver observer(shell);
    return look_up_request(arguments.id, session.service(), options.lost_answer,
                           {.stop = shell.stop, .observer = &observer, .job_id = arguments.id});
  }();
  if (found.kind != LookUp::Kind::attached) {
    const bool is_unknown = found.job.state == JobState::outcome_unknown;
    throw Error(is_unknown ? ErrorCode::outcome_unknown : ErrorCode::usage, arguments.id,
                is_unknown ? "the outcome of the paid call is still unknown; nothing is sent again"
                           : fmt::format("there is nothing to resolve: this job is {}", to_string(found.job.state)),
                {.detail = found.saw,
                 .hint = is_unknown ? fmt::format("to decide by hand: react1 jobs resolve {} --request-id R (or "
                                                  "--pay-again, --drop); fal.ai/dashboard/requests lists them",
                                                  arguments.id)
                                    : std::string()});
  }
  if (!output) {
    print_result(shell.global.json ? to_json(found.job) : summary_of(found.job));
    return 0;
  }
  const std::string& request = found.job.request.request_id;
  shell.paid.request_id = request;
  shell.paid.output = *arguments.output;
  const RunRecord record = [&] {
    ConsoleObserver observer(shell);
    return fetch_result(request, output->path(), session.service(), {shell.stop, &observer}, output->options());
  }();
  return hand_over(record, *output, shell);
}

int resolve_command(const JobsResolveArguments& arguments, Shell& shell) {
  if (arguments.looks_up) return look_up(arguments, shell);
  if (arguments.output || arguments.overwrites) throw Error(ErrorCode::usage, "-o", "goes with --auto only");
  const Resolution resolution = resolution_of(arguments);
  const std::unique_ptr<JobStore> jobs = open_existing_store(arguments.service.store, shell.stop);
  if (!jobs) {
    throw Error(
        ErrorCode::usage, arguments.id, "is not a job of this store",
        {.hint = "there are no jobs yet, or they are kept elsewhere (--store, REACT1_STORE, REACT1_STATE_DIR)"});
  }
  if (resolution.kind == Resolution::Kind::attach && !arguments.unchecked) {
    // A typing error would attach a foreign request to this job.
    ServiceSession session(arguments.service, PipelineOptions{}, shell);
    static_cast<void>(session.client().status(RequestRef{.request_id = resolution.request_id}, {shell.stop}));
  }
  const Job job = resolve_job(*jobs, arguments.id, resolution);
  print_result(shell.global.json ? to_json(job) : summary_of(job));
  return 0;
}

}  // namespace

void add_jobs_resolve(CLI::App& jobs, Shell& shell) {
  CLI::App* command = jobs.add_subcommand("resolve", "Resolves a paid call whose outcome is unknown");
  const auto arguments = std::make_shared<JobsResolveArguments>();
  add_argument(*command, "ID", arguments->id, "Job id");
  CLI::Option_group* outcome = command->add_option_group("outcome");
  add_value(*outcome, "--request-id", arguments->request_id, "It was accepted as this request")->option_text("R");
  outcome->add_flag("--auto", arguments->looks_up,
                    "Look for it in the service's request history; attached when exactly one request matches");
  add_value(*command, "-o,--output", arguments->output, "With --auto: fetch and verify the result, too")
      ->option_text("OUT.mp4");
  add_overwrite_flag(*command, arguments->overwrites);
  outcome->add_flag("--pay-again", arguments->pay_again,
                    "The next run of the same intent sends it; a second payment, if the first was accepted");
  outcome->add_flag("--drop", arguments->drop, "The result is no longer wanted; nothing is sent");
  outcome->require_option(0, 1);
  command->add_flag("--unchecked", arguments->unchecked, "Don't ask the service whether it knows the request");
  add_recipe_flag(*command, arguments->flags.pipeline, "Recipe with the limits of the search, by name or path");
  add_option_flags(*command, arguments->flags, "jobs resolve");
  add_service_flags(*command, arguments->service);
  command->callback(
      [arguments, &shell] { shell.action = [arguments, &shell] { return resolve_command(*arguments, shell); }; });
}

}  // namespace react1::cli
