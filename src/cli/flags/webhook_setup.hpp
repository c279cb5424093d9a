// SPDX-License-Identifier: Apache-2.0
// Applies the webhook options to a client, and reports those that come from a recipe.
#pragma once

#include <react1/fal.hpp>
#include <react1/pipeline.hpp>

#include "cli/flags/option_flags.hpp"
#include "cli/process/shell.hpp"

namespace react1::cli {

/// Prints on stderr, also with -q, where a recipe without a flag of the user sends reports to or listens for them: a
/// recipe may come from another person. Before anything is sent. `listens`: the command waits for the report.
void announce_recipe_webhook(const WebhookPlan& plan, const OptionFlags& flags, bool listens, const Shell& shell);

/// Sets the webhook fields of `options`, whose hosts are set already, and listens when the plan specifies it
/// and `stays`: the command runs until the report arrives. Throws Error{usage} when the service could not reach the
/// listener, Error{io} when its address can't be bound.
void set_up_webhook(FalOptions& options, const WebhookPlan& plan, bool stays);

}  // namespace react1::cli
