#include "cli/output_path.hpp"

#include <filesystem>
#include <react1/error.hpp>
#include <system_error>

#include "core/atomic_file.hpp"

namespace react1::cli {
namespace fs = std::filesystem;

void require_output_file(const std::string& output, const std::vector<Source>& inputs) {
  std::error_code ignored;
  if (output.empty() || output.ends_with('/') || fs::is_directory(output, ignored)) {
    throw Error(ErrorCode::usage, output.empty() ? "-o" : output, "a file name is needed, not a folder",
                {.hint = "for example -o " + (fs::path(output) / "out.mp4").string()});
  }
  for (const Source& input : inputs) {
    if (input.is_file(output)) {
      throw Error(ErrorCode::usage, output, "is one of the inputs and would be replaced",
                  {.hint = "name another output"});
    }
  }
  const AtomicFile writable{fs::path(output)};  // tries the folder; gone again at once
}

}  // namespace react1::cli
