// SPDX-License-Identifier: Apache-2.0
// Permissions do not restrict root: tests of them run as the user nobody there.
#pragma once

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace react1::test {

inline constexpr unsigned kNobody = 65534;

/// Makes this process (a child of the test) an ordinary user. False when it is root and can't change its user.
[[nodiscard]] inline bool become_ordinary() {
  if (::geteuid() != 0) return true;
  return ::setgroups(0, nullptr) == 0 && ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0;
}

}  // namespace react1::test
