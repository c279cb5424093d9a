// SPDX-License-Identifier: Apache-2.0
// The flags for being told the end of a request, laid over a recipe, and what they make of a client.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <react1/fal.hpp>
#include <react1/pipeline.hpp>
#include <string>

#include "cli/process/shell.hpp"

namespace react1::cli {

/// As typed; nullopt = not given, the recipe decides.
struct WebhookFlags {
  std::optional<std::string> listen, url;
};

/// --webhook-listen and --webhook-url. `flags` must outlive `command`.
void add_webhook_flags(CLI::App& command, WebhookFlags& flags);
/// Throws Error{usage}.
void lay_over(WebhookPlan& plan, const WebhookFlags& flags);

/// Says on stderr, also with -q, where a recipe has reports sent to or listened for without a flag of the user: a
/// recipe may be somebody else's. Before anything is sent. `listens`: the command stays for the report.
void announce_recipe_webhook(const WebhookPlan& plan, const WebhookFlags& flags, bool listens, const Shell& shell);

/// Sets the webhook fields of `options`, whose hosts are set already, and listens when the plan says so and `stays`:
/// the command is still there when the report comes. Throws Error{usage} when the service could not reach the listener,
/// Error{io} when its address can't be had.
void set_up_webhook(FalOptions& options, const WebhookPlan& plan, bool stays);

}  // namespace react1::cli
