// SPDX-License-Identifier: Apache-2.0
// One function per command: adds it and its flags to the program. Parsing the command line stores the command in
// Shell::action; nothing runs before the whole line was parsed. `shell` must outlive `app`.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/process/shell.hpp"

namespace react1::cli {

void add_probe(CLI::App& app, Shell& shell);
void add_plan(CLI::App& app, Shell& shell);
void add_prepare(CLI::App& app, Shell& shell);
void add_run(CLI::App& app, Shell& shell);
void add_submit(CLI::App& app, Shell& shell);
void add_status(CLI::App& app, Shell& shell);
void add_result(CLI::App& app, Shell& shell);
void add_cancel(CLI::App& app, Shell& shell);
void add_verify(CLI::App& app, Shell& shell);
void add_preview(CLI::App& app, Shell& shell);
void add_doctor(CLI::App& app, Shell& shell);
void add_sandbox(CLI::App& app, Shell& shell);
void add_jobs(CLI::App& app, Shell& shell);
void add_completion(CLI::App& app, Shell& shell);
/// Below `jobs`.
void add_jobs_resolve(CLI::App& jobs, Shell& shell);

}  // namespace react1::cli
