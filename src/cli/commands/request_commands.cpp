// SPDX-License-Identifier: Apache-2.0
// react1 status, react1 result, react1 cancel: for a request that is known by its id.
#include <fmt/format.h>

#include <memory>
#include <react1/pipeline.hpp>

#include "cli/commands/commands.hpp"
#include "cli/flags/flags.hpp"
#include "cli/flags/option_flags.hpp"
#include "cli/print/console_observer.hpp"
#include "cli/print/output_path.hpp"
#include "cli/print/print_text.hpp"
#include "cli/print/result_output.hpp"
#include "cli/print/run_output.hpp"
#include "cli/session/service_session.hpp"
#include "core/printable.hpp"
#include "record/documents.hpp"

namespace react1::cli {
namespace {

struct RequestArguments {
  std::string id;
  OutputFlags output;
  std::string pipeline = "default";
  ServiceFlags service;
};

/// The common start of all documents about one request.
Json request_document(const KnownRequest& known) {
  return {{"schema", record::kSchema},
          {"job_id", known.job ? Json(known.job->id) : Json(nullptr)},
          {"request_id", json_text_or_null(known.request.request_id)},
          {"job_state", known.job ? Json(to_string(known.job->state)) : Json(nullptr)}};
}

int status_command(const RequestArguments& arguments, Shell& shell) {
  const PipelineOptions options = load_recipe(arguments.pipeline);
  ServiceSession session(arguments.service, options, shell);
  const KnownRequest known = require_request(arguments.id, session.jobs());
  const QueueStatus status =
      session.client().status(known.request, {.stop = shell.stop, .job_id = known.job ? known.job->id : ""});
  if (!shell.global.json) {
    print_result(status_text(status, known.request.request_id));
    return 0;
  }
  Json document = request_document(known);
  document.update(record::document(status));
  print_result(json_text(document));
  return 0;
}

int result_command(const RequestArguments& arguments, Shell& shell) {
  const ResultOutput output(arguments.output, {}, shell);
  const PipelineOptions options = load_recipe(arguments.pipeline);
  ServiceSession session(arguments.service, options, shell);
  const KnownRequest known = require_request(arguments.id, session.jobs());
  shell.paid.request_id = known.request.request_id;
  shell.paid.output = arguments.output.output;
  const RunRecord record = [&] {
    ConsoleObserver observer(shell);
    return fetch_result(known.request.request_id, output.path(), session.service(), {shell.stop, &observer},
                        output.options());
  }();
  return hand_over(record, output, shell);
}

/// How long the outcome of a cancellation is polled.
constexpr std::chrono::seconds kCancelPatience{2};

/// The `outcome` of the document.
const char* cancel_word(Cancelled end) {
  switch (end) {
    case Cancelled::cancelled:
      return "cancelled";
    case Cancelled::finished:
      return "already_completed";
    case Cancelled::failed:
      return "failed";
    case Cancelled::asked:
    case Cancelled::not_found:
      break;
  }
  return "requested";
}

std::string cancel_text(Cancelled end, const std::string& id) {
  switch (end) {
    case Cancelled::cancelled:
      return id + " is cancelled";
    case Cancelled::finished:
      return fmt::format("{} has completed and is paid; fetch it with: react1 result {} -o OUT.mp4", id,
                         shell_word(id));
    case Cancelled::failed:
      return id + " has already failed";
    case Cancelled::asked:
    case Cancelled::not_found:
      break;
  }
  return fmt::format("{} cancel requested; a request that is running already may still finish and be paid", id);
}

int cancel_command(const RequestArguments& arguments, Shell& shell) {
  const PipelineOptions options = load_recipe(arguments.pipeline);
  ServiceSession session(arguments.service, options, shell);
  KnownRequest known = require_request(arguments.id, session.jobs());
  const Cancelled end = cancel_request(known.request, session.service(), kCancelPatience,
                                       {.stop = shell.stop, .job_id = known.job ? known.job->id : ""});
  if (end == Cancelled::not_found) {
    throw Error(ErrorCode::refused, arguments.id, "the service does not know this request",
                {.hint = "check that submit printed this id, for the same account"});
  }
  if (known.job) known.job = session.jobs().find(known.job->id);
  if (!shell.global.json) {
    print_result(cancel_text(end, known.request.request_id));
    return 0;
  }
  Json document = request_document(known);
  document["outcome"] = cancel_word(end);
  print_result(json_text(document));
  return 0;
}

CLI::App* add_request_command(CLI::App& app, Shell& shell, const char* name, const char* help,
                              const std::shared_ptr<RequestArguments>& arguments,
                              int (*body)(const RequestArguments&, Shell&)) {
  CLI::App* command = app.add_subcommand(name, help);
  add_argument(*command, "ID", arguments->id, "Request id, or the id of a job in the store");
  add_recipe_flag(*command, arguments->pipeline, "Recipe with retries and wait limits, by name or path");
  add_service_flags(*command, arguments->service);
  command->callback([arguments, body, &shell] {
    shell.action = [arguments, body, &shell] {
      require_store(arguments->service.store);
      return body(*arguments, shell);
    };
  });
  return command;
}

}  // namespace

void add_status(CLI::App& app, Shell& shell) {
  add_request_command(app, shell, "status", "Shows the state of a request, with its log",
                      std::make_shared<RequestArguments>(), status_command);
}

void add_result(CLI::App& app, Shell& shell) {
  const auto arguments = std::make_shared<RequestArguments>();
  CLI::App* command = add_request_command(app, shell, "result", "Waits for a request, fetches and verifies its result",
                                          arguments, result_command);
  add_output_flags(*command, arguments->output, "The result");
}

void add_cancel(CLI::App& app, Shell& shell) {
  add_request_command(app, shell, "cancel", "Asks the service to cancel a request",
                      std::make_shared<RequestArguments>(), cancel_command);
}

}  // namespace react1::cli
