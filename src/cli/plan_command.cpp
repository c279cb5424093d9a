// react1 plan, react1 prepare
#include <memory>
#include <react1/error.hpp>
#include <react1/json.hpp>
#include <react1/pipeline.hpp>

#include "cli/commands.hpp"
#include "cli/console_observer.hpp"
#include "cli/flags.hpp"
#include "cli/inputs.hpp"
#include "cli/output.hpp"
#include "cli/output_path.hpp"
#include "cli/pipeline_flags.hpp"
#include "cli/text.hpp"

namespace react1::cli {
namespace {

struct Arguments {
  std::string video, audio, directory;
  bool overwrite = false;
  PipelineFlags flags;
};

void print(const Preparation& preparation, const Shell& shell) {
  print_result(shell.global.json ? to_json(preparation) : preparation_text(preparation));
}

}  // namespace

void add_plan(CLI::App& app, Shell& shell) {
  CLI::App* command =
      app.add_subcommand("plan", "What prepare would do, the advice, predictions and cost; writes nothing");
  const auto arguments = std::make_shared<Arguments>();
  add_argument(*command, "VIDEO", arguments->video, kInputHelp);
  add_argument(*command, "AUDIO", arguments->audio, kSoundHelp);
  add_pipeline_flags(*command, arguments->flags);
  command->callback([arguments, &shell] {
    shell.action = [arguments, &shell] {
      const PipelineOptions options = resolve(arguments->flags);
      const Pair pair = pair_of(arguments->video, arguments->audio);
      const Preparation planned = [&] {
        ConsoleObserver observer(shell, /*result_has_warnings=*/true);
        return plan(pair.video, pair.audio, options, {shell.stop, &observer});
      }();
      print(planned, shell);
      return 0;
    };
  });
}

void add_prepare(CLI::App& app, Shell& shell) {
  CLI::App* command = app.add_subcommand("prepare", "Makes DIR/video.mp4, DIR/audio.mp3 and DIR/prepare.json");
  const auto arguments = std::make_shared<Arguments>();
  add_argument(*command, "VIDEO", arguments->video, kInputHelp);
  add_argument(*command, "AUDIO", arguments->audio, kSoundHelp);
  command->add_option("-o,--output", arguments->directory, "Folder for the clips; made when missing")
      ->required()
      ->option_text("DIR");
  add_overwrite_flag(*command, arguments->overwrite);
  add_pipeline_flags(*command, arguments->flags);
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
      print(prepared, shell);
      return 0;
    };
  });
}

}  // namespace react1::cli
