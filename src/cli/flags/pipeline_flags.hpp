// SPDX-License-Identifier: Apache-2.0
// The flags of plan, prepare, run, submit and preview, laid over a recipe.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <react1/pipeline.hpp>
#include <string>

#include "cli/flags/limit_flags.hpp"
#include "cli/flags/look_up_flags.hpp"
#include "cli/flags/paying_flags.hpp"
#include "cli/flags/upload_flags.hpp"
#include "cli/flags/webhook_flags.hpp"

namespace react1::cli {

/// Flags as typed; nullopt = not given, the recipe decides.
struct PipelineFlags {
  struct Window {
    std::optional<std::string> start, duration, end;
  };
  std::string pipeline = "default";
  Window both, video, audio;          ///< `both` counts where the clip's own flag is not given
  std::optional<std::string> window;  ///< head, speech or START-END
  std::optional<std::string> cut, cut_lookback, cut_fade, loudness;
  bool same_take = false;
  std::optional<std::string> fps, reencode, copy_check, color, conform, quality, goal;
  std::optional<std::string> emotion, model_mode, lipsync_mode, temperature;
  std::optional<std::string> max_loss;
  std::optional<bool> salvage;
  LimitFlags limits;
  PayingFlags paying;
  LookUpFlags look_up;
  UploadFlags upload;
  WebhookFlags webhook;
};

/// Declares --pipeline, the windows and cuts, --loudness, --fps, --reencode, --copy-check, --color, --max-loss,
/// --salvage,
/// --conform,
/// --quality, --goal, the model parameters and the limits. `flags` must outlive `command`.
void add_pipeline_flags(CLI::App& command, PipelineFlags& flags);
/// The recipe with the flags over it, wholly checked. Throws Error{usage} before any work.
[[nodiscard]] PipelineOptions resolve(const PipelineFlags& flags);
/// As above, for commands that send parameters: the emotion has to be named.
[[nodiscard]] PipelineOptions resolve_for_submit(const PipelineFlags& flags);

/// "14.5", "1:02.5" or "0:01:02.5": seconds, minutes:seconds, hours:minutes:seconds. Throws Error{usage}.
[[nodiscard]] Seconds parse_time(const std::string& text);

}  // namespace react1::cli
