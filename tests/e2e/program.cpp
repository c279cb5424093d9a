// SPDX-License-Identifier: Apache-2.0
#include "e2e/program.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "support/paths.hpp"
#include "support/schema.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace react1::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 2min;

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  return ends;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

/// Reads once; false at the end of the stream.
bool read_some(int file, std::string& into) {
  std::array<char, 65536> buffer;
  const ssize_t count = ::read(file, buffer.data(), buffer.size());
  if (count > 0) into.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0;
}

/// The command among a program's arguments.
std::string command_of(const std::vector<std::string>& arguments) {
  constexpr std::array kCommands{"probe",  "plan",   "prepare", "run",    "submit",  "status",   "result",
                                 "cancel", "verify", "preview", "doctor", "sandbox", "--version"};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "jobs" && i + 1 < arguments.size()) return "jobs " + arguments[i + 1];
    if (std::find(kCommands.begin(), kCommands.end(), arguments[i]) != kCommands.end()) return arguments[i];
  }
  return {};
}

/// The schema of what `command` has printed; empty when the command is not known.
std::string schema_for(const std::string& command, const Json& document) {
  if (document.is_object() && document.contains("error") && document["error"].is_object() && document.size() == 2)
    return "error";
  if (command == "probe") return document.is_array() ? "media_list" : "media";
  if (command == "plan" || command == "prepare") return "preparation";
  if (command == "run" || command == "result") return "run";
  if (command == "verify") return "verification";
  if (command == "jobs list") return "job_list";
  if (command == "jobs resolve") return document.contains("verification") ? "run" : "job";
  if (command == "submit" || command == "jobs show") return "job";
  if (command == "--version") return "version";
  return command;
}

}  // namespace

Json Outcome::json() const {
  CAPTURE(out);
  CAPTURE(err);
  Json document = Json::parse(out, /*callback=*/nullptr, /*allow_exceptions=*/false);
  REQUIRE_FALSE(document.is_discarded());
  if (const std::string schema = schema_for(command, document); !schema.empty()) check_schema(document, schema);
  return document;
}

Json Outcome::error() const {
  const Json document = json();
  CAPTURE(out);
  REQUIRE(document.is_object());
  REQUIRE(document.contains("error"));
  for (const char* key : {"code", "where", "message", "detail", "retryable", "hint"}) {
    CAPTURE(key);
    CHECK(document["error"].contains(key));
  }
  return document["error"];
}

Running::Running(pid_t pid, int out, int err, const std::string& command) : pid_(pid), out_(out), err_(err) {
  outcome_.command = command;
}

Running::Running(Running&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      out_(std::exchange(other.out_, -1)),
      err_(std::exchange(other.err_, -1)),
      outcome_(std::move(other.outcome_)) {}

Running::~Running() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, /*options=*/0);
  }
  for (const int file : {out_, err_}) {
    if (file >= 0) ::close(file);
  }
}

bool Running::pump(std::chrono::milliseconds patience) {
  std::array<pollfd, 2> files{pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}};
  if (out_ < 0 && err_ < 0) return false;
  ::poll(files.data(), files.size(), static_cast<int>(patience.count()));
  const auto drain = [](const pollfd& ready, int& file, std::string& into) {
    if (ready.revents == 0 || read_some(file, into)) return;
    ::close(file);
    file = -1;
  };
  drain(files[0], out_, outcome_.out);
  drain(files[1], err_, outcome_.err);
  return out_ >= 0 || err_ >= 0;
}

void Running::wait_for(const std::string& stream, const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (stream.find(text) == std::string::npos) {
    const bool goes_on = pump(100ms) && std::chrono::steady_clock::now() < deadline;
    if (!goes_on && stream.find(text) == std::string::npos) {
      FAIL("\"", text, "\" never came. stdout: ", outcome_.out, " stderr: ", outcome_.err);
    }
  }
}

void Running::wait_for_err(const std::string& text) {
  wait_for(outcome_.err, text);
}
void Running::wait_for_out(const std::string& text) {
  wait_for(outcome_.out, text);
}

void Running::signal(int number) const {
  REQUIRE(::kill(pid_, number) == 0);
}

Outcome Running::wait() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (pump(100ms)) {
    if (std::chrono::steady_clock::now() > deadline) {
      ::kill(pid_, SIGKILL);
      FAIL("the program hangs. stdout: ", outcome_.out, " stderr: ", outcome_.err);
    }
  }
  int status = 0;
  REQUIRE(::waitpid(pid_, &status, /*options=*/0) == pid_);
  pid_ = -1;
  outcome_.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  outcome_.dumped_core = WIFSIGNALED(status) && WCOREDUMP(status);
  return outcome_;
}

User::User() {
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const auto equals = text.find('=');
    const std::string name = text.substr(0, equals);
    if (name.rfind("REACT1_", 0) != 0 && name.rfind("FAL_", 0) != 0) environment_[name] = text.substr(equals + 1);
  }
  for (const char* name : {"home", "tmp"}) std::filesystem::create_directory(folder_.path() / name);
  with("HOME", path("home")).with("TMPDIR", path("tmp")).with("REACT1_STATE_DIR", path("state"));
  environment_.erase("XDG_STATE_HOME");
}

User& User::with(const std::string& name, const std::string& value) {
  environment_[name] = value;
  return *this;
}

User& User::with_service(const std::string& url, const std::string& key) {
  return with("REACT1_QUEUE_URL", url).with("REACT1_REST_URL", url).with("FAL_KEY", key);
}

Running User::spawn(const std::string& program, const std::vector<std::string>& arguments,
                    const std::string& command) const {
  const auto out = make_pipe();
  const auto err = make_pipe();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, /*mode=*/0);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment_) variables.push_back(name + "=" + value);
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, program.c_str(), &actions, /*attrp=*/nullptr, pointers(words).data(),
                                   pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(err[1]);
  REQUIRE_MESSAGE(failed == 0, "cannot start ", program);
  return {pid, out[0], err[0], command};
}

Running User::start(const std::vector<std::string>& arguments) const {
  return spawn(REACT1_PROGRAM, arguments, command_of(arguments));
}

Outcome User::run(const std::vector<std::string>& arguments) const {
  std::string line;
  for (const std::string& argument : arguments) line += " " + argument;
  INFO("react1", line);
  return start(arguments).wait();
}

Running User::start_shell(const std::string& script, const std::vector<std::string>& arguments) const {
  std::vector<std::string> words{"-c", script, REACT1_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return spawn("/bin/sh", words, /*command=*/"");
}

Outcome User::shell(const std::string& script) const {
  return start_shell(script).wait();
}

std::vector<std::string> User::leftovers() const {
  return files_below(path("tmp"));
}

std::vector<std::string> run_arguments(const User& user, const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"run",
                                     fixture("presenter_h264_25fps_6s.mp4"),
                                     fixture("voice_mono_48k_5s.wav"),
                                     "--emotion",
                                     "happy",
                                     "-o",
                                     user.path("out.mp4")};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::vector<std::string> files_below(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  if (!std::filesystem::exists(folder)) return names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    names.push_back(entry.path().lexically_relative(folder).string());
  }
  return names;
}

}  // namespace react1::test
