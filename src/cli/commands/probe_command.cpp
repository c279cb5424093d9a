// SPDX-License-Identifier: Apache-2.0
// react1 probe
#include <memory>
#include <optional>
#include <react1/json.hpp>
#include <react1/media.hpp>
#include <stop_token>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/flags/option_flags.hpp"
#include "cli/print/print_text.hpp"
#include "cli/print/result_output.hpp"
#include "cli/process/in_order.hpp"
#include "cli/process/inputs.hpp"

namespace react1::cli {
namespace {

struct ProbeArguments {
  std::vector<std::string> files;
  OptionFlags flags;
};

}  // namespace

void add_probe(CLI::App& app, Shell& shell) {
  CLI::App* command = app.add_subcommand("probe", "What is in a file, measured, with warnings");
  const auto arguments = std::make_shared<ProbeArguments>();
  command->add_option("FILE", arguments->files, kInputHelp)->required();
  add_option_flags(*command, arguments->flags, "probe");
  command->callback([arguments, &shell] {
    shell.action = [arguments, &shell] {
      PipelineOptions options;
      arguments->flags.typed.lay_over(options);
      const std::vector<Source> sources = sources_of(arguments->files);
      std::vector<MediaInfo> infos;
      in_order(
          sources.size(), shell.stop,
          [&](std::size_t i, const std::stop_token& stop) {
            return probe(sources[i], options.prepare.source, RunContext{.stop = stop});
          },
          [&](const MediaInfo& info) {
            if (!shell.global.json) print_result(media_text(info));
            infos.push_back(info);
          });
      if (shell.global.json) print_result(infos.size() == 1 ? to_json(infos.front()) : to_json(infos));
      return 0;
    };
  });
}

}  // namespace react1::cli
