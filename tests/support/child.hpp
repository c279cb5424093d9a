// SPDX-License-Identifier: Apache-2.0
// A part of a test that runs in a process of its own, for tests that kill it or take something from it.
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace react1::test {

/// Runs `body` in a child process and returns how it ended (see waitpid). The child leaves without running this
/// program's exit handlers; with status 99 when `body` throws.
inline int in_child(const std::function<void()>& body) {
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    try {
      body();
    } catch (...) {
      ::_exit(99);
    }
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(pid, &status, /*options=*/0) == pid);
  return status;
}

}  // namespace react1::test
