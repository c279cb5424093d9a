// SPDX-License-Identifier: Apache-2.0
#include "cli/print/output_path.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <react1/error.hpp>
#include <string_view>
#include <system_error>

#include "cli/print/result_output.hpp"
#include "core/descriptor.hpp"
#include "core/output_place.hpp"

namespace react1::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* kStandardOutput = "-";

void require_stdout(const Shell& shell) {
  if (shell.global.json) {
    throw Error(ErrorCode::usage, "-o -", "the result and a JSON document can't both go to standard output",
                {.hint = "leave --json out, or name a file"});
  }
  if (::isatty(STDOUT_FILENO) == 1) {
    throw Error(ErrorCode::usage, "-o -", "a video is not written to a terminal",
                {.hint = "pipe it into a program, redirect it, or name a file"});
  }
}

void require_file(const std::string& output, const std::vector<Source>& inputs) {
  const OutputPlace place = look_at_output(output);
  for (const Source& input : inputs) {
    if (input.is_file(place.file)) {
      throw Error(ErrorCode::usage, output, "is one of the inputs and would be replaced",
                  {.hint = "name another output"});
    }
  }
  const AtomicFile writable(place, Existing::keep);  // tests the folder; removed immediately
}

}  // namespace

void add_output_flags(CLI::App& command, OutputFlags& flags, const char* what) {
  command.add_option("-o,--output", flags.output, std::string(what) + "; - for standard output")
      ->required()
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->option_text("OUT.mp4");
  add_overwrite_flag(command, flags.overwrite);
}

void add_overwrite_flag(CLI::App& command, bool& overwrite) {
  command.add_flag("--overwrite", overwrite, "Replace an existing file even if it is not the same result");
}

ResultOutput::ResultOutput(const OutputFlags& flags, const std::vector<Source>& inputs, const Shell& shell)
    : path_(flags.output), overwrite_(flags.overwrite) {
  if (flags.output != kStandardOutput) {
    require_file(flags.output, inputs);
    return;
  }
  require_stdout(shell);
  sweep_workshops(fs::temp_directory_path());
  path_ = (workshop_.emplace().path() / "video.mp4").string();
}

void ResultOutput::deliver(const std::stop_token& stop) const {
  if (!is_stdout()) return;
  const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    throw Error(ErrorCode::io, path_, "the result can't be read", {.detail = std::generic_category().message(errno)});
  }
  std::string block(std::size_t{1} << 17U, '\0');
  for (;;) {
    const ssize_t got = ::read(file.get(), block.data(), block.size());
    if (got == 0) return;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      throw Error(ErrorCode::io, path_, "the result can't be read", {.detail = std::generic_category().message(errno)});
    }
    write_result(std::string_view(block).substr(0, static_cast<std::size_t>(got)), stop);
  }
}

}  // namespace react1::cli
