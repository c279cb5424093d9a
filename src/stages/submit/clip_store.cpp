// SPDX-License-Identifier: Apache-2.0
#include "stages/submit/clip_store.hpp"

#include <react1/error.hpp>
#include <react1/jobs.hpp>
#include <react1/json.hpp>
#include <string_view>
#include <system_error>

#include "core/atomic_file.hpp"
#include "core/housekeeping.hpp"
#include "core/own_folder.hpp"
#include "core/sha256.hpp"

namespace react1::stages {
namespace fs = std::filesystem;

namespace {

constexpr const char* kKind = "clips";

/// As intent_of() gives them.
bool is_intent(std::string_view name) {
  constexpr std::size_t kDigits = 64;
  return name.size() == kDigits && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

constexpr HouseKeeper::Rule kClips{kKind, is_intent};

bool has_content(const PreparedClip& clip) {
  try {
    return !clip.sha256.empty() && sha256_file(clip.path) == clip.sha256;
  } catch (const Error&) {  // missing or not readable
    return false;
  }
}

/// Replaces what an earlier run left with the new files, one by one: each name always has a complete file, also
/// for another process that reads them.
void replace_files(const fs::path& workshop, const fs::path& home) {
  for (const char* name : {"video.mp4", "audio.mp3", "prepare.json", kMarkName}) {
    std::error_code error;
    fs::rename(workshop / name, home / name, error);
    if (error) throw Error(ErrorCode::io, (home / name).string(), "can't be replaced", {.detail = error.message()});
  }
}

}  // namespace

fs::path clips_root(const PipelineOptions& options) {
  fs::path root =
      options.clips_directory.empty() ? fs::path(state_directory()) / "clips" : fs::path(options.clips_directory);
  std::error_code error;
  const bool is_new = fs::create_directories(root, error);
  std::error_code ignored;
  if (is_new && !error) fs::permissions(root, fs::perms::owner_all, ignored);
  if (error) {
    throw Error(ErrorCode::io, root.string(), "can't keep prepared clips here",
                {.detail = error.message(), .hint = "set REACT1_STATE_DIR to a writable folder"});
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
  mark_folder(workshop, kKind, intent);
  HouseKeeper keeper(root);
  keeper.lock();  // or another process removes the folder before we use it
  std::error_code error;
  fs::rename(workshop, home, error);
  if (!error) return preparation;
  if (!fs::exists(fs::symlink_status(home))) {
    throw Error(ErrorCode::io, home.string(), "can't keep the prepared clips here", {.detail = error.message()});
  }
  if (keeper.is_ours(intent, kClips)) {
    replace_files(workshop, home);
  } else if (!has_content(preparation.video) || !has_content(preparation.audio)) {
    throw Error(ErrorCode::io, home.string(), "can't keep the prepared clips here",
                {.detail = "it contains something that react1 did not make, or that was changed",
                 .hint = "move it away, then run the same command again; nothing was paid"});
  }
  return preparation;
}

void forget_clips(const fs::path& root, fs::file_time_type oldest) noexcept {
  clean_up([&] {
    HouseKeeper keeper(root);
    keeper.lock();
    for (const std::string& name : keeper.candidates(kClips)) static_cast<void>(keeper.remove(name, kClips, oldest));
  });
  sweep_workshops(root);
}

}  // namespace react1::stages
