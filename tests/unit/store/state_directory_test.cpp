// SPDX-License-Identifier: Apache-2.0
// Where the state folder is, by environment.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include <react1/error.hpp>
#include <react1/jobs.hpp>

#include "core/atomic_file.hpp"

namespace {

using namespace react1;
namespace fs = std::filesystem;

/// Sets (or, with nullopt, removes) a variable for as long as it lives.
class Variable {
 public:
  Variable(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* old = std::getenv(name)) previous_ = old;
    set(value);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { set(previous_); }

 private:
  void set(const std::optional<std::string>& value) {
    value ? ::setenv(name_, value->c_str(), /*overwrite=*/1) : ::unsetenv(name_);
  }
  const char* name_;
  std::optional<std::string> previous_;
};

TEST_CASE("REACT1_STATE_DIR comes before XDG_STATE_HOME and that before HOME, and the folder is private") {
  const TemporaryDirectory folder;
  const std::string root = folder.path().string();
  const Variable home("HOME", root + "/home");
  const Variable xdg("XDG_STATE_HOME", root + "/xdg");
  {
    const Variable own("REACT1_STATE_DIR", root + "/own");
    CHECK(state_directory() == root + "/own");
  }
  const Variable own("REACT1_STATE_DIR", std::nullopt);
  CHECK(state_directory() == root + "/xdg/react1");
  {
    const Variable empty("XDG_STATE_HOME", "");
    CHECK(state_directory() == root + "/home/.local/state/react1");
  }
  CHECK(fs::is_directory(root + "/home/.local/state/react1"));
  CHECK((fs::status(root + "/xdg/react1").permissions() & fs::perms::others_all) == fs::perms::none);
}

TEST_CASE("what is kept is for the user alone, also in a folder that was there and from an older program") {
  const TemporaryDirectory folder;
  const fs::path root = folder.path() / "shared";
  fs::create_directory(root);
  constexpr auto kOpen = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec | fs::perms::others_read |
                         fs::perms::others_exec;
  fs::permissions(root, kOpen);
  const Variable own("REACT1_STATE_DIR", root.string());
  CHECK(state_directory() == root.string());
  CHECK(fs::status(root).permissions() == kOpen);  // the user's folder stays as it is
  const std::string store = (root / "jobs.sqlite").string();
  const auto is_private = [](const std::string& path) {
    CAPTURE(path);
    CHECK((fs::status(path).permissions() & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none);
  };
  static_cast<void>(open_job_store(store));
  write_file_atomically(store + ".accepted", "");
  constexpr auto kReadable = fs::perms::owner_read | fs::perms::owner_write | fs::perms::others_read;
  for (const std::string& path : {store, store + ".accepted"}) fs::permissions(path, kReadable);
  {
    const auto jobs = open_job_store(store);  // keeps its log next to it while it is open
    fs::permissions(store + "-wal", kReadable);
    static_cast<void>(open_job_store(store));
    for (const std::string& path : {store, store + ".accepted", store + "-wal", store + "-shm"}) is_private(path);
  }
  static_cast<void>(open_job_store((root / "made" / "here" / "jobs.sqlite").string()));
  is_private((root / "made" / "here").string());
}

TEST_CASE("without any of them, or with a file in the way, it is an I/O error") {
  const TemporaryDirectory folder;
  const Variable home("HOME", std::nullopt);
  const Variable xdg("XDG_STATE_HOME", std::nullopt);
  const Variable own("REACT1_STATE_DIR", std::nullopt);
  CHECK_THROWS_AS((void)state_directory(), Error);
  write_file_atomically(folder.path() / "file", "x");
  const Variable blocked("REACT1_STATE_DIR", (folder.path() / "file" / "below").string());
  CHECK_THROWS_AS((void)state_directory(), Error);
}

}  // namespace
