// SPDX-License-Identifier: Apache-2.0
// What a piece of work writes to stderr.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "core/atomic_file.hpp"

namespace react1::test {

/// What `work` makes this process write to stderr. One at a time.
template <class Work>
std::string stderr_of(const Work& work) {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "stderr";
  std::fflush(stderr);
  const int saved = ::dup(STDERR_FILENO);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(file >= 0);
  ::dup2(file, STDERR_FILENO);
  work();
  std::fflush(stderr);
  ::dup2(saved, STDERR_FILENO);
  ::close(saved);
  ::close(file);
  return read_file(path);
}

}  // namespace react1::test
