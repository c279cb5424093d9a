// react1 jobs resolve
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <react1/json.hpp>
#include <string>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/output.hpp"
#include "cli/service_session.hpp"
#include "core/printable.hpp"

namespace react1::cli {
namespace {

struct Arguments {
  ServiceFlags service;
  std::string id;
  std::optional<std::string> request_id;
  bool pay_again = false, drop = false, unchecked = false;
};

Resolution resolution_of(const Arguments& arguments) {
  if (arguments.request_id) return {Resolution::Kind::attach, *arguments.request_id};
  if (arguments.pay_again) return {Resolution::Kind::pay_again, {}};
  if (arguments.drop) return {Resolution::Kind::drop, {}};
  throw Error(ErrorCode::usage, "jobs resolve", "does not know what came of the paid call",
              {.hint = "--request-id R: it was accepted as R; --pay-again: send it (once more, if it was accepted); "
                       "--drop: the result is not wanted any more"});
}

std::string told(const Job& job) {
  switch (job.state) {
    case JobState::submitted:
      return fmt::format("{} is request {}; continue with: react1 result {} -o {}", job.id, job.request.request_id,
                         shell_word(job.request.request_id), job.output.empty() ? "OUT.mp4" : shell_word(job.output));
    case JobState::created:
      return fmt::format("{} is not paid; the same command sends it", job.id);
    default:
      return fmt::format("{} is {}; the same command starts anew and pays", job.id, to_string(job.state));
  }
}

int resolve_command(const Arguments& arguments, Shell& shell) {
  const Resolution resolution = resolution_of(arguments);
  if (resolution.kind == Resolution::Kind::attach && !arguments.unchecked) {
    // A slip of the pen would make a stranger's request the result of this job.
    ServiceSession session(arguments.service, PipelineOptions{}, shell);
    static_cast<void>(session.client().status(RequestRef{.request_id = resolution.request_id}, {shell.stop}));
  }
  const std::unique_ptr<JobStore> jobs = open_store(arguments.service.store);
  const Job job = resolve_job(*jobs, arguments.id, resolution);
  print_result(shell.global.json ? to_json(job) : told(job));
  return 0;
}

}  // namespace

void add_jobs_resolve(CLI::App& jobs, Shell& shell) {
  CLI::App* command = jobs.add_subcommand("resolve", "Say what came of a paid call whose outcome is unknown");
  const auto arguments = std::make_shared<Arguments>();
  add_argument(*command, "ID", arguments->id, "Job id");
  CLI::Option_group* outcome = command->add_option_group("outcome");
  add_value(*outcome, "--request-id", arguments->request_id, "It was accepted: this is its request")->option_text("R");
  outcome->add_flag("--pay-again", arguments->pay_again,
                    "The next run of the same intent sends it; a second payment, if the first was accepted");
  outcome->add_flag("--drop", arguments->drop, "The result is not wanted any more; nothing is sent");
  outcome->require_option(0, 1);
  command->add_flag("--unchecked", arguments->unchecked, "Don't ask the service whether it knows the request");
  add_service_flags(*command, arguments->service);
  command->callback(
      [arguments, &shell] { shell.action = [arguments, &shell] { return resolve_command(*arguments, shell); }; });
}

}  // namespace react1::cli
