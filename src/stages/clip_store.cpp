#include "stages/clip_store.hpp"

#include <react1/error.hpp>
#include <react1/jobs.hpp>
#include <react1/json.hpp>
#include <system_error>

#include "core/atomic_file.hpp"

namespace react1::stages {
namespace fs = std::filesystem;

fs::path clips_root(const PipelineOptions& options) {
  fs::path root =
      options.clips_directory.empty() ? fs::path(state_directory()) / "clips" : fs::path(options.clips_directory);
  std::error_code error;
  fs::create_directories(root, error);
  if (error) {
    throw Error(ErrorCode::io, root.string(), "can't keep prepared clips here",
                {.detail = error.message(), .hint = "set REACT1_STATE_DIR to a folder that can be written to"});
  }
  return root;
}

Preparation keep_clips(Preparation preparation, const fs::path& workshop, const fs::path& root,
                       const std::string& intent) {
  const fs::path home = root / intent;
  for (PreparedClip* clip : {&preparation.video, &preparation.audio}) {
    clip->path = (home / fs::path(clip->path).filename()).string();
  }
  write_file_atomically(workshop / "prepare.json", to_json(preparation) + "\n");
  std::error_code error;
  fs::rename(workshop, home, error);
  if (!error) return preparation;
  if (!fs::exists(home)) {
    throw Error(ErrorCode::io, home.string(), "can't keep the prepared clips here", {.detail = error.message()});
  }
  // Same intent, same content: what is there serves; only its age starts anew.
  fs::last_write_time(home, fs::file_time_type::clock::now(), error);
  return preparation;
}

void forget_clips(const fs::path& root, fs::file_time_type oldest) noexcept {
  std::error_code error;
  for (fs::directory_iterator entry(root, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    const auto written = fs::last_write_time(entry->path(), ignored);
    if (!ignored && written < oldest) fs::remove_all(entry->path(), ignored);
  }
}

}  // namespace react1::stages
