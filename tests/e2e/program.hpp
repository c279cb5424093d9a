// SPDX-License-Identifier: Apache-2.0
// Runs the built program as a user would: arguments, environment, signals in; exit code, stdout, stderr out.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/json_text.hpp"

namespace react1::test {

struct Outcome {
  int exit = -1;             ///< exit code; 128 + n when signal n killed it
  bool dumped_core = false;  ///< the kernel wrote down its memory
  std::string out, err;
  std::string command;  ///< "run", "jobs list", …; empty when the program was started through a shell

  /// stdout as one JSON document; fails the test when it is anything else, or not as the schema of the command's
  /// document says (schemas/*.json).
  [[nodiscard]] Json json() const;
  /// The "error" member of that document; fails the test when there is none.
  [[nodiscard]] Json error() const;
};

/// A program that runs. The destructor kills it if need be.
class Running {
 public:
  Running(pid_t pid, int out, int err, const std::string& command = {});
  Running(Running&& other) noexcept;
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  Running& operator=(Running&&) = delete;
  ~Running();

  /// Reads until stderr (or stdout) holds `text`; fails the test when the program ends or two minutes pass before.
  void wait_for_err(const std::string& text);
  void wait_for_out(const std::string& text);
  void signal(int number) const;
  /// Until it has ended; fails the test (and kills it) after two minutes.
  [[nodiscard]] Outcome wait();
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] const std::string& out() const noexcept { return outcome_.out; }
  [[nodiscard]] const std::string& err() const noexcept { return outcome_.err; }

 private:
  /// Reads what there is for at most `patience`; false when both streams have ended.
  bool pump(std::chrono::milliseconds patience);
  void wait_for(const std::string& stream, const std::string& text);

  pid_t pid_;
  int out_, err_;
  Outcome outcome_;
};

/// A user with a home, a state folder and a temporary folder of their own, and no key. Variables that are set here
/// are given to the program; everything named REACT1_* or FAL_* of the surrounding environment is not.
class User {
 public:
  User();

  User& with(const std::string& name, const std::string& value);
  /// Points the program at a service on loopback, with a well-formed key.
  User& with_service(const std::string& url, const std::string& key = "key-id:key-secret");
  [[nodiscard]] Running start(const std::vector<std::string>& arguments) const;
  [[nodiscard]] Outcome run(const std::vector<std::string>& arguments) const;
  /// Through a shell, `$0` being the program and `$@` the arguments: for redirections and limits.
  [[nodiscard]] Running start_shell(const std::string& script, const std::vector<std::string>& arguments = {}) const;
  [[nodiscard]] Outcome shell(const std::string& script) const;

  /// A path below this user's folder.
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  /// Files left in the temporary folder.
  [[nodiscard]] std::vector<std::string> leftovers() const;

 private:
  [[nodiscard]] Running spawn(const std::string& program, const std::vector<std::string>& arguments,
                              const std::string& command) const;

  TemporaryDirectory folder_;
  std::map<std::string, std::string> environment_;
};

/// `react1 run` on two fixtures, the result at user.path("out.mp4"), and `more` arguments.
[[nodiscard]] std::vector<std::string> run_arguments(const User& user, const std::vector<std::string>& more = {});

/// Every file below `folder`, relative.
[[nodiscard]] std::vector<std::string> files_below(const std::filesystem::path& folder);

}  // namespace react1::test
