// SPDX-License-Identifier: Apache-2.0
// react1 jobs list, react1 jobs show
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <react1/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/flags/flags.hpp"
#include "cli/print/print_text.hpp"
#include "cli/print/result_output.hpp"
#include "cli/session/service_session.hpp"
#include "core/enum_names.hpp"
#include "record/documents.hpp"

namespace react1::cli {
namespace {

struct JobsArguments {
  std::optional<std::string> store, state;
  std::size_t limit = 20;
  std::string id;
};

int list_command(const JobsArguments& arguments, const Shell& shell) {
  const auto state = arguments.state ? std::optional(parse_enum<JobState>("--state", *arguments.state)) : std::nullopt;
  const std::unique_ptr<JobStore> store = open_existing_store(arguments.store, shell.stop);
  const std::vector<JobRow> jobs = store ? store->rows(state, arguments.limit) : std::vector<JobRow>();
  if (!shell.global.json) {
    print_result(jobs_text(jobs));
    return 0;
  }
  Json list = Json::array();
  for (const JobRow& job : jobs) list.push_back(record::document(job));
  print_result(json_text(list));
  return 0;
}

int show_command(const JobsArguments& arguments, const Shell& shell) {
  const std::unique_ptr<JobStore> store = open_existing_store(arguments.store, shell.stop);
  const KnownRequest known = store ? find_request(arguments.id, *store) : KnownRequest{};
  if (!known.job) {
    throw Error(ErrorCode::usage, arguments.id, "is neither a job nor a request of this store",
                {.hint = "`react1 jobs list` lists the jobs"});
  }
  const std::vector<JobEvent> history = store->events(known.job->id);
  if (shell.global.json) {
    Json document = record::document(*known.job);
    document["history"] = record::document(history);
    print_result(json_text(document));
  } else {
    print_result(job_text(*known.job) + history_text(history));
  }
  return 0;
}

}  // namespace

void add_jobs(CLI::App& app, Shell& shell) {
  CLI::App* jobs = app.add_subcommand("jobs", "The job store: submitted requests and their outcomes");
  jobs->require_subcommand(1);
  jobs->fallthrough();
  const auto arguments = std::make_shared<JobsArguments>();
  CLI::App* list = jobs->add_subcommand("list", "Jobs, newest first");
  add_store_flag(*list, arguments->store);
  add_value(*list, "--state", arguments->state, "Only jobs in this state")
      ->option_text(fmt::format("{}", fmt::join(enum_words<JobState>(), "|")));
  list->add_option("--limit", arguments->limit, "Maximum number of jobs")->capture_default_str()->option_text("N");
  list->callback(
      [arguments, &shell] { shell.action = [arguments, &shell] { return list_command(*arguments, shell); }; });
  CLI::App* show = jobs->add_subcommand("show", "All fields of one job");
  add_argument(*show, "ID", arguments->id, "Job id or request id");
  add_store_flag(*show, arguments->store);
  show->callback(
      [arguments, &shell] { shell.action = [arguments, &shell] { return show_command(*arguments, shell); }; });
  add_jobs_resolve(*jobs, shell);
}

}  // namespace react1::cli
