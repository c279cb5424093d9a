// SPDX-License-Identifier: Apache-2.0
#include "cli/app.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands/commands.hpp"
#include "core/nearest.hpp"

namespace react1::cli {
namespace {

constexpr const char* kFooter =
    "Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 internal fault, 2 usage, 3 unusable media\n"
    "or advice to hold, 4 refused by the service, 5 key or balance, 6 network, 7 result failed verification,\n"
    "8 outcome of a paid call unknown, 9 local I/O, 130 and 143 interrupted.\n"
    "The key comes from FAL_KEY (or FAL_KEY_ID and FAL_KEY_SECRET). REACT1_QUEUE_URL, REACT1_REST_URL and\n"
    "REACT1_PLATFORM_URL point to a gateway or to `react1 sandbox`; REACT1_STATE_DIR and REACT1_STORE say where jobs "
    "are kept.";

void add_global_flags(CLI::App& app, Shell& shell) {
  Global& global = shell.global;
  app.add_flag("--json", global.json, "One JSON document on stdout, also for a failure");
  app.add_flag("-q,--quiet", global.quiet, "Errors and results only");
  app.add_flag_function(
      "-v,--verbose",
      [&global](std::int64_t count) { global.verbosity = static_cast<int>(std::min<std::int64_t>(count, 2)); },
      "More log lines on stderr; repeat for all of them");
  app.add_option("--log-format", global.log_format, "Format of log lines: text or json")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, LogFormat>{{"text", LogFormat::text}, {"json", LogFormat::json}}))
      ->option_text("text|json");
  app.add_flag("--no-progress", global.no_progress, "Disable the progress line");
  app.add_flag("--version", global.version, "Versions of react1 and of the libraries it uses");
}

/// The command that was named, down to its own sub-command; the program itself when none was.
const CLI::App& innermost(const CLI::App& app) {
  const CLI::App* current = &app;
  while (!current->get_subcommands().empty()) current = current->get_subcommands().front();
  return *current;
}

/// Long flags of `command` and of the program, and the names of commands that could follow.
std::vector<std::string> known_words(const CLI::App& app, const CLI::App& command) {
  std::vector<std::string> words;
  for (const CLI::App* each : {&command, &app}) {
    for (const CLI::Option* option : each->get_options()) {
      for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    }
  }
  for (const CLI::App* each : command.get_subcommands(/*filter=*/[](const CLI::App*) { return true; })) {
    words.push_back(each->get_name());
  }
  return words;
}

/// The unknown argument that is nearest to a known one, with the known one.
std::string suggestion(const CLI::App& app, const CLI::App& command, int argc, const char* const* argv) {
  const std::vector<std::string> words = known_words(app, command);
  const std::vector<std::string_view> views(words.begin(), words.end());
  const bool expects_command = &command == &app;
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    argument = argument.substr(0, argument.find('='));
    const bool is_flag = argument.starts_with("--") && argument.size() > 2;
    if ((!is_flag && !expects_command) || std::find(views.begin(), views.end(), argument) != views.end()) continue;
    if (const auto guess = nearest(argument, views)) return fmt::format("did you mean {}? ", *guess);
  }
  return {};
}

}  // namespace

std::unique_ptr<CLI::App> make_app(Shell& shell) {
  auto app =
      std::make_unique<CLI::App>("Prepares, submits and verifies clips for the React-1 lip-sync model.", "react1");
  app->footer(kFooter);
  app->require_subcommand(/*min=*/0, /*max=*/1);
  add_global_flags(*app, shell);
  for (const auto add : {add_probe, add_plan, add_prepare, add_run, add_submit, add_status, add_result, add_cancel,
                         add_verify, add_preview, add_jobs, add_sandbox, add_doctor, add_completion}) {
    add(*app, shell);
  }
  for (CLI::App* command : app->get_subcommands(/*filter=*/[](CLI::App*) { return true; })) {
    command->fallthrough();  // global flags are accepted after the command too
    for (CLI::App* below : command->get_subcommands(/*filter=*/[](CLI::App*) { return true; })) below->fallthrough();
  }
  return app;
}

Error usage_error(const CLI::ParseError& error, const CLI::App& app, int argc, const char* const* argv) {
  const CLI::App& command = innermost(app);
  const std::string name = &command == &app ? "react1" : "react1 " + command.get_name();
  return {ErrorCode::usage,
          &command == &app ? "command line" : command.get_name(),
          error.what(),
          {.hint = fmt::format("{}see {} --help", suggestion(app, command, argc, argv), name)}};
}

bool asks_for_json_log(int argc, const char* const* argv) {
  constexpr std::string_view kFlag = "--log-format";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--") return false;
    if (argument == "--log-format=json") return true;
    if (argument == kFlag && i + 1 < argc && std::string_view(argv[i + 1]) == "json") return true;
  }
  return false;
}

bool asks_for_json(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--") return false;
    if (argument == "--json") return true;
  }
  return false;
}

}  // namespace react1::cli
