// SPDX-License-Identifier: Apache-2.0
// react1 doctor
#include <fmt/format.h>

#include <memory>
#include <react1/doctor.hpp>
#include <react1/pipeline.hpp>

#include "cli/commands/commands.hpp"
#include "cli/flags/flags.hpp"
#include "cli/flags/option_flags.hpp"
#include "cli/print/print_text.hpp"
#include "cli/print/result_output.hpp"
#include "cli/session/service_session.hpp"
#include "record/documents.hpp"

namespace react1::cli {
namespace {

struct DoctorArguments {
  std::string pipeline = "default";
  std::optional<std::string> store;
};

DoctorOptions options_from(const DoctorArguments& arguments) {
  DoctorOptions options;
  options.price = load_recipe(arguments.pipeline).price;
  options.store = named_store(arguments.store).value_or("");
  try {
    options.service = fal_options_from_environment();
  } catch (const Error& error) {
    options.key_problem = error.what();
    if (!error.hint().empty()) options.key_problem += "; " + error.hint();
  }
  return options;
}

std::string diagnosis_text(const Diagnosis& diagnosis) {
  std::vector<std::vector<std::string>> rows;
  for (const Finding& finding : diagnosis.findings) {
    rows.push_back({std::string(to_string(finding.health)), finding.check, finding.message});
    if (!finding.cure.empty()) rows.push_back({"", "", "→ " + finding.cure});
  }
  return table(rows, /*indent=*/0);
}

int doctor_command(const DoctorArguments& arguments, const Shell& shell) {
  const Diagnosis diagnosis = examine(options_from(arguments), {.stop = shell.stop});
  print_result(shell.global.json ? json_text(record::document(diagnosis)) : diagnosis_text(diagnosis));
  const auto failure = diagnosis.failure();
  return failure ? exit_code(*failure) : 0;
}

}  // namespace

void add_doctor(CLI::App& app, Shell& shell) {
  CLI::App* command = app.add_subcommand(
      "doctor", "Checks this machine, the network path to the service and the account; gives a cure for each fault");
  const auto arguments = std::make_shared<DoctorArguments>();
  add_recipe_flag(*command, arguments->pipeline, "Recipe whose price is compared, by name or path");
  add_store_flag(*command, arguments->store);
  command->callback(
      [arguments, &shell] { shell.action = [arguments, &shell] { return doctor_command(*arguments, shell); }; });
}

}  // namespace react1::cli
