// SPDX-License-Identifier: Apache-2.0
// The program with system calls that fail (tests/support/faulty_calls.cpp).
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "e2e/program.hpp"

namespace react1::test {

/// As in the list that the library reads.
struct FaultyCall {
  std::string call, path, error, when{};
};

/// Is there once a call of `user`'s program has met its fault.
inline std::string met_faulty_call(const User& user) {
  return user.path("met_faulty_call");
}

/// `user`'s environment, with these faults.
inline void set_faulty_calls(User& user, const std::vector<FaultyCall>& calls) {
  std::string list;
  for (const FaultyCall& call : calls) {
    list += (list.empty() ? "" : ";") + call.call + " " + call.path + " " + call.error +
            (call.when.empty() ? "" : " " + call.when);
  }
  user.with("REACT1_FAULTY_CALLS", list);
  user.with("REACT1_FAULTY_CALLS_MET", met_faulty_call(user));
  user.with("LD_PRELOAD", list.empty() ? "" : REACT1_FAULTY_CALLS_LIBRARY);
  // The sanitizer wants to be loaded first, which nothing here depends on.
  const char* before = std::getenv("ASAN_OPTIONS");
  user.with("ASAN_OPTIONS", std::string(before == nullptr ? "" : before) + ":verify_asan_link_order=0");
}

}  // namespace react1::test
