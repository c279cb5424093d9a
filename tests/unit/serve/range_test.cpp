// SPDX-License-Identifier: Apache-2.0
#include "serve/range.hpp"

#include <doctest/doctest.h>

using react1::serve::choose_range;
using Kind = react1::serve::RangeChoice::Kind;

namespace {

void check_part(const char* header, std::uint64_t first, std::uint64_t length) {
  CAPTURE(header);
  const auto range = choose_range(header, 10);
  CHECK(range.kind == Kind::part);
  CHECK(range.first == first);
  CHECK(range.length == length);
}

}  // namespace

TEST_CASE("a satisfiable range names the part to send") {
  check_part("bytes=0-0", 0, 1);
  check_part("bytes=0-9", 0, 10);
  check_part("bytes=3-5", 3, 3);
  check_part("bytes=9-", 9, 1);
  check_part("bytes=4-1000", 4, 6);
  check_part("bytes=-4", 6, 4);
  check_part("bytes=-1000", 0, 10);
  check_part("Bytes = 2 - 3", 2, 2);
  check_part("bytes=2-99999999999999999999999999", 2, 8);
}

TEST_CASE("a range past the end can't be satisfied") {
  for (const char* header : {"bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999999999-"}) {
    CAPTURE(header);
    CHECK(choose_range(header, 10).kind == Kind::unsatisfiable);
  }
  CHECK(choose_range("bytes=0-", 0).kind == Kind::unsatisfiable);
  CHECK(choose_range("bytes=-5", 0).kind == Kind::unsatisfiable);
}

TEST_CASE("a range header that is not understood is ignored") {
  for (const char* header : {"", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=1-2,4-5", "items=1-2",
                             "bytes=+1-2", "bytes=1--2", "bytes=0x1-2"}) {
    CAPTURE(header);
    CHECK(choose_range(header, 10).kind == Kind::whole);
  }
}
