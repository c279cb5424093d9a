// SPDX-License-Identifier: Apache-2.0
#include "media/stream/early_packet.hpp"

#include <doctest/doctest.h>

namespace react1::media {

TEST_CASE("a first packet is early when it alone lasts longer, by less than what is allowed") {
  CHECK(early_by(0, 786, 1298, 1810, 511) == 274);
  CHECK(early_by(-100, 686, 1198, 1710, 511) == 274);
  CHECK(early_by(0, 512, 1024, 1536, 511) == 0);
  CHECK(early_by(0, 1023, 1535, 2047, 511) == 511);
  CHECK(early_by(0, 1024, 1536, 2048, 511) == 0);  // held for a frame more
  CHECK(early_by(0, 513, 1025, 1537, 511) == 0);   // rounding
  CHECK(early_by(0, 300, 812, 1324, 511) == 0);    // late, not early
  CHECK(early_by(0, 700, 1300, 1812, 511) == 0);   // the rate varies anyway
  CHECK(early_by(0, 0, 0, 0, 511) == 0);
  CHECK(early_by(0, 60, 93, 127, 32) == 27);  // milliseconds: 33 or 34
}

}  // namespace react1::media
