// SPDX-License-Identifier: Apache-2.0
// What the webhook options make of a client, and what is said about those that come from a recipe.
#pragma once

#include <react1/fal.hpp>
#include <react1/pipeline.hpp>

#include "cli/flags/option_flags.hpp"
#include "cli/process/shell.hpp"

namespace react1::cli {

/// Says on stderr, also with -q, where a recipe has reports sent to or listened for without a flag of the user: a
/// recipe may be somebody else's. Before anything is sent. `listens`: the command stays for the report.
void announce_recipe_webhook(const WebhookPlan& plan, const OptionFlags& flags, bool listens, const Shell& shell);

/// Sets the webhook fields of `options`, whose hosts are set already, and listens when the plan says so and `stays`:
/// the command is still there when the report comes. Throws Error{usage} when the service could not reach the listener,
/// Error{io} when its address can't be had.
void set_up_webhook(FalOptions& options, const WebhookPlan& plan, bool stays);

}  // namespace react1::cli
