// SPDX-License-Identifier: Apache-2.0
// react1 plan, react1 prepare
#include <memory>
#include <react1/error.hpp>
#include <react1/json.hpp>
#include <react1/pipeline.hpp>

#include "cli/commands/commands.hpp"
#include "cli/flags/flags.hpp"
#include "cli/flags/option_flags.hpp"
#include "cli/print/console_observer.hpp"
#include "cli/print/output_path.hpp"
#include "cli/print/print_text.hpp"
#include "cli/print/result_output.hpp"
#include "cli/process/inputs.hpp"

namespace react1::cli {
namespace {

struct PlanArguments {
  std::string video, audio, directory;
  bool overwrite = false;
  OptionFlags flags;
  bool live_price = false;
};

/// The account's price where it is known, or asked for; without a key the recipe's.
Price price_for(const PlanArguments& arguments, const PipelineOptions& options, const RunContext& context) {
  if (arguments.live_price) {
    FalClient client(fal_options_from_environment());
    if (!client.has_platform()) {
      throw Error(ErrorCode::usage, "--live-price", "there is no service to ask",
                  {.detail = "REACT1_QUEUE_URL points elsewhere, and REACT1_PLATFORM_URL is not set",
                   .hint = "name the platform that belongs to the queue"});
    }
    return current_price(client, options.price, context);
  }
  if (!options.ask_price) return options.price;
  try {
    return remembered_price(fal_options_from_environment(), options.price);
  } catch (const Error&) {  // no key, or no state folder: planning needs neither
    return options.price;
  }
}

/// A hold that no named mode overrules: `run` would not pay for this pair.
bool is_held(const Preparation& preparation, const PipelineOptions& options) {
  return preparation.advice.hold && !options.parameters.lipsync_mode;
}

void print(const Preparation& preparation, const PipelineOptions& options, const Shell& shell) {
  print_result(shell.global.json ? to_json(preparation)
                                 : preparation_text(preparation, /*pays=*/!is_held(preparation, options)));
}

}  // namespace

void add_plan(CLI::App& app, Shell& shell) {
  CLI::App* command =
      app.add_subcommand("plan", "What prepare would do, the advice, predictions and cost; writes nothing");
  const auto arguments = std::make_shared<PlanArguments>();
  add_argument(*command, "VIDEO", arguments->video, kInputHelp);
  add_argument(*command, "AUDIO", arguments->audio, kSoundHelp);
  add_recipe_flag(*command, arguments->flags.pipeline, kRecipeHelp);
  add_option_flags(*command, arguments->flags, "plan");
  command->add_flag("--live-price", arguments->live_price,
                    "Ask the service what the account pays (needs the key); otherwise no request is made");
  command->callback([arguments, &shell] {
    shell.action = [arguments, &shell] {
      PipelineOptions options = resolve(arguments->flags);
      const Pair pair = pair_of(arguments->video, arguments->audio);
      const Preparation planned = [&] {
        ConsoleObserver observer(shell, /*result_has_warnings=*/true);
        options.price = price_for(*arguments, options, {shell.stop, &observer});
        return plan(pair.video, pair.audio, options, {shell.stop, &observer});
      }();
      print(planned, options, shell);
      return is_held(planned, options) ? exit_code(ErrorCode::hold) : 0;
    };
  });
}

void add_prepare(CLI::App& app, Shell& shell) {
  CLI::App* command = app.add_subcommand("prepare", "Writes DIR/video.mp4, DIR/audio.mp3 and DIR/prepare.json");
  const auto arguments = std::make_shared<PlanArguments>();
  add_argument(*command, "VIDEO", arguments->video, kInputHelp);
  add_argument(*command, "AUDIO", arguments->audio, kSoundHelp);
  command->add_option("-o,--output", arguments->directory, "Folder for the clips; created if missing")
      ->required()
      ->option_text("DIR");
  add_overwrite_flag(*command, arguments->overwrite);
  add_recipe_flag(*command, arguments->flags.pipeline, kRecipeHelp);
  add_option_flags(*command, arguments->flags, "prepare");
  command->callback([arguments, &shell] {
    shell.action = [arguments, &shell] {
      PipelineOptions options = resolve(arguments->flags);
      options.output.overwrite = arguments->overwrite;
      if (arguments->directory == "-") {
        throw Error(ErrorCode::usage, "-o -", "two clips can't be written to standard output",
                    {.hint = "name a folder; one that is called - is ./-"});
      }
      const Pair pair = pair_of(arguments->video, arguments->audio);
      const Preparation prepared = [&] {
        ConsoleObserver observer(shell, /*result_has_warnings=*/true);
        return prepare(pair.video, pair.audio, arguments->directory, options, {shell.stop, &observer});
      }();
      print(prepared, options, shell);
      return 0;
    };
  });
}

}  // namespace react1::cli
