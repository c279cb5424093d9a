// SPDX-License-Identifier: Apache-2.0
// react1 preview
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <react1/pipeline.hpp>
#include <react1/sandbox.hpp>

#include "cli/commands/commands.hpp"
#include "cli/flags/flags.hpp"
#include "cli/flags/option_flags.hpp"
#include "cli/print/console_observer.hpp"
#include "cli/print/output_path.hpp"
#include "cli/print/print_text.hpp"
#include "cli/print/result_output.hpp"
#include "cli/process/inputs.hpp"
#include "core/own_folder.hpp"
#include "record/documents.hpp"
#include "sandbox/render/preview.hpp"

namespace react1::cli {
namespace {

struct PreviewArguments {
  std::string video, audio;
  OutputFlags output;
  OptionFlags flags;
};

Json preview_document(const std::string& path, LipsyncMode mode, const PreviewResult& result,
                      const Preparation& preparation) {
  return {{"schema", record::kSchema},
          {"output", {{"path", path}, {"bytes", std::filesystem::file_size(path)}}},
          {"lipsync_mode", to_string(mode)},
          {"frames", result.frames},
          {"fps", json_rational(result.fps)},
          {"duration_s", json_seconds(result.duration_s)},
          {"width", result.width},
          {"height", result.height},
          {"prepare", record::document(preparation)}};
}

/// Of the prepared clips, because the service applies the mode to them.
int preview_command(const PreviewArguments& arguments, Shell& shell) {
  const PipelineOptions options = resolve(arguments.flags);
  const Pair pair = pair_of(arguments.video, arguments.audio);
  const ResultOutput output(arguments.output, {pair.video, pair.audio}, shell);
  static_cast<void>(
      sandbox::look_at_preview(output.path(), {pair.video, pair.audio}, output.options(), {.stop = shell.stop}));
  sweep_workshops(std::filesystem::temp_directory_path());
  const Workshop workshop;
  Preparation preparation;
  PreviewResult result;
  {
    ConsoleObserver observer(shell);
    const RunContext context{shell.stop, &observer};
    preparation = prepare(pair.video, pair.audio, workshop.path().string(), options, context);
    result = preview(preparation.video.path, preparation.audio.path, preparation.prediction.lipsync_mode, output.path(),
                     context, output.options());
  }
  const LipsyncMode mode = preparation.prediction.lipsync_mode;
  if (shell.global.json) {
    print_result(json_text(preview_document(output.path(), mode, result, preparation)));
    return 0;
  }
  output.deliver(shell.stop);
  const std::string text =
      fmt::format("{}\n  {}: {} frames at {} fps, {}, {}x{} (timing only, no lip-sync)\n",
                  output.is_stdout() ? "standard output" : output.path(), to_string(mode), result.frames,
                  rate_text(result.fps), seconds_text(result.duration_s), result.width, result.height);
  if (!output.is_stdout()) {
    print_result(text);
  } else if (!shell.global.quiet) {
    print_message(text);
  }
  return 0;
}

}  // namespace

void add_preview(CLI::App& app, Shell& shell) {
  CLI::App* command =
      app.add_subcommand("preview", "Renders what a lipsync mode does to the timing, locally and free of charge");
  const auto arguments = std::make_shared<PreviewArguments>();
  add_argument(*command, "VIDEO", arguments->video, kInputHelp);
  add_argument(*command, "AUDIO", arguments->audio, kSoundHelp);
  add_output_flags(*command, arguments->output, "The rendering");
  add_recipe_flag(*command, arguments->flags.pipeline, kRecipeHelp);
  add_option_flags(*command, arguments->flags, "preview");
  command->callback(
      [arguments, &shell] { shell.action = [arguments, &shell] { return preview_command(*arguments, shell); }; });
}

}  // namespace react1::cli
