// SPDX-License-Identifier: Apache-2.0
#include "fuzz/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace react1::fuzz {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void become(const std::vector<std::string>& command, const std::vector<std::string>& environment,
                         const std::string& input, int errors) {
  for (const std::string& setting : environment) {
    const std::size_t equals = setting.find('=');
    ::setenv(setting.substr(0, equals).c_str(), setting.substr(equals + 1).c_str(), /*overwrite=*/1);
  }
  const int in = ::open(input.empty() ? "/dev/null" : input.c_str(), O_RDONLY);
  const int nowhere = ::open("/dev/null", O_WRONLY);
  ::dup2(in, STDIN_FILENO);
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

/// Reads until the other side is closed or the deadline is over; false for the latter.
bool read_errors(int pipe, Clock::time_point deadline, std::string& text) {
  constexpr std::size_t kept = 64 << 10;
  std::array<char, 4096> block{};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd input{.fd = pipe, .events = POLLIN, .revents = 0};
    if (::poll(&input, 1, static_cast<int>(left)) <= 0) continue;
    const ssize_t got = ::read(pipe, block.data(), block.size());
    if (got <= 0) return true;
    text.append(block.data(), static_cast<std::size_t>(got));
    if (text.size() > 2 * kept) text.erase(0, text.size() - kept);
  }
}

}  // namespace

ChildResult run_child(const std::vector<std::string>& command, const std::vector<std::string>& environment,
                      const std::string& input, std::chrono::milliseconds deadline) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("can't make a pipe");
  const auto begin = Clock::now();
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("can't start a process");
  if (child == 0) become(command, environment, input, pipe[1]);
  ::close(pipe[1]);
  ChildResult result;
  result.timed_out = !read_errors(pipe[0], begin + deadline, result.errors);
  ::close(pipe[0]);
  if (result.timed_out) ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  result.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  if (result.exit_code == 127) throw std::runtime_error("can't run " + command.front());
  return result;
}

}  // namespace react1::fuzz
