// react1 probe
#include <memory>
#include <react1/json.hpp>
#include <react1/media.hpp>
#include <stop_token>
#include <vector>

#include "cli/commands.hpp"
#include "cli/in_order.hpp"
#include "cli/output.hpp"
#include "cli/text.hpp"

namespace react1::cli {

void add_probe(CLI::App& app, Shell& shell) {
  CLI::App* command = app.add_subcommand("probe", "What is in a file, measured, with warnings");
  const auto files = std::make_shared<std::vector<std::string>>();
  command->add_option("FILE", *files, "Paths or http(s) URLs")->required();
  command->callback([files, &shell] {
    shell.action = [files, &shell] {
      std::vector<MediaInfo> infos;
      in_order(
          files->size(), shell.stop,
          [&](std::size_t i, const std::stop_token& stop) {
            return probe((*files)[i], SourceOptions{}, RunContext{.stop = stop});
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
