#include "cli/output_path.hpp"

#include <filesystem>
#include <react1/error.hpp>
#include <system_error>

#include "core/atomic_file.hpp"
#include "core/redact.hpp"

namespace react1::cli {
namespace fs = std::filesystem;

void require_output_file(const std::string& output, const std::vector<std::string>& inputs) {
  std::error_code ignored;
  if (output.empty() || output.ends_with('/') || fs::is_directory(output, ignored)) {
    throw Error(ErrorCode::usage, output.empty() ? "-o" : output, "a file name is needed, not a folder",
                {.hint = "for example -o " + (fs::path(output) / "out.mp4").string()});
  }
  for (const std::string& input : inputs) {
    if (!is_http_url(input) && fs::equivalent(output, input, ignored)) {
      throw Error(ErrorCode::usage, output, "is one of the inputs and would be replaced",
                  {.hint = "name another output"});
    }
  }
  const AtomicFile writable{fs::path(output)};  // tries the folder; gone again at once
}

}  // namespace react1::cli
