// SPDX-License-Identifier: Apache-2.0
// A small file that decodes to gigabytes.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <cstdint>
#include <string>
#include <vector>

#include "e2e/program.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;

/// Of the largest program that has ended, MiB. Each case is a process of its own under ctest.
std::int64_t peak_mib() {
  rusage used{};
  REQUIRE(::getrusage(RUSAGE_CHILDREN, &used) == 0);
  return used.ru_maxrss / 1024;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMeasures = false;  // its own memory exceeds the measured amount
#else
constexpr bool kMeasures = true;
#endif

TEST_CASE("198 kB of H.264 with 16 references of 8192x8176 are refused, and take no gigabytes") {
  const User user;
  const std::string clip = fixture("many_references_1s.mp4");
  const std::vector<std::string> commands[] = {
      {"probe", clip, "--json"},
      {"prepare", clip, fixture("voice_mono_48k_5s.wav"), "-o", user.path("clips"), "--json"}};
  for (const auto& command : commands) {
    CAPTURE(command.front());
    const Outcome outcome = user.run(command);
    CAPTURE(outcome.err);
    if (command.front() == "prepare") {
      CHECK(outcome.exit == 3);
      CHECK(outcome.error()["message"].get<std::string>().find("more memory than is allowed") != std::string::npos);
    } else {
      CHECK(outcome.exit == 0);
    }
    MESSAGE(command.front(), " took ", peak_mib(), " MiB");
    if (kMeasures) CHECK(peak_mib() < 1700);
  }
}

}  // namespace
