// SPDX-License-Identifier: Apache-2.0
// Folders that react1 makes and later removes, also those of a process that was killed. Housekeeping
// must never touch foreign files, so each folder contains a mark that names it, and only what is proved is removed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/descriptor.hpp"

namespace react1 {

/// The file that marks a folder as ours, in its first line.
inline constexpr const char* kMarkName = ".react1-mark";
/// "react1 <kind> <name>": of the folder `name`.
[[nodiscard]] std::string mark_text(std::string_view kind, std::string_view name);
/// (Re)writes the mark of `folder`. Throws Error{io}.
void mark_folder(const std::filesystem::path& folder, std::string_view kind, std::string_view name);

/// A temporary folder that carries a mark and a lock while its process lives, so that a later process can recognise a
/// stale one. It holds files with the names of clips only.
class Workshop {
 public:
  explicit Workshop(const std::filesystem::path& parent = {});
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return folder_.path(); }

 private:
  TemporaryDirectory folder_;
  Descriptor lock_;
};

/// A folder in which some of the entries are ours. No symlink is followed, that of the folder itself included.
class HouseKeeper {
 public:
  /// What a folder has to be to be ours.
  struct Rule {
    std::string_view kind;              ///< as in the mark
    bool (*is_name)(std::string_view);  ///< of such a folder
    bool is_locked_in_use = false;      ///< a lock on the folder means that a process still works in it
  };

  enum class Root {
    own,  ///< has to belong to this user, else nothing is removed there
    any,  ///< such as /tmp: what is proved for each folder is enough
  };
  /// Where the root can't be opened or is a symlink, nothing is removed.
  explicit HouseKeeper(const std::filesystem::path& root, Root whose = Root::own);
  /// Waits for other processes that clean the same root. Advisory; skipped on a file system without locks.
  void lock() noexcept;
  /// Names of the root's entries that look like `rule`.
  [[nodiscard]] std::vector<std::string> candidates(const Rule& rule) const;
  /// By name, mark, owner and content: every entry is a regular file of ours with one of our names.
  [[nodiscard]] bool is_ours(const std::string& name, const Rule& rule) const;
  /// Removes the folder when it is ours and, where a time is given, was last written before it. True when it is gone.
  bool remove(const std::string& name, const Rule& rule,
              std::optional<std::filesystem::file_time_type> oldest = std::nullopt) const;

 private:
  [[nodiscard]] Descriptor open_folder(const std::string& name) const;

  std::filesystem::path path_;
  Descriptor root_;
};

/// True for the names of the files that we put into folders of ours, and of their parts (core/atomic_file).
[[nodiscard]] bool is_clip_file_name(std::string_view name);

/// Removes workshops in `parent` whose process has ended. Never throws.
void sweep_workshops(const std::filesystem::path& parent) noexcept;

}  // namespace react1
