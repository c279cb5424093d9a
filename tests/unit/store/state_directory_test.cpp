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
