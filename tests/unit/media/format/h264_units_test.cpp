// SPDX-License-Identifier: Apache-2.0
#include "media/format/h264_units.hpp"

#include <doctest/doctest.h>

#include <string>

namespace react1::media {
namespace {

/// One NAL unit behind its length of four bytes.
std::string unit(int type, const std::string& body) {
  const std::string content = static_cast<char>(0x60 | type) + body;
  return std::string(3, '\0') + static_cast<char>(content.size()) + content;
}

const std::string first_slice = "\x88rest";  // first_mb_in_slice = 0 is a set bit
const std::string later_slice = "\x48rest";
constexpr int parameters = 7;
constexpr int slice = 1;
constexpr int idr = 5;

std::optional<int> count(const std::string& packet, int length_size = 4) {
  return count_pictures({reinterpret_cast<const std::uint8_t*>(packet.data()), packet.size()}, length_size);
}

TEST_CASE("a picture is counted once, however many slices and parameter sets it has") {
  CHECK(count(unit(idr, first_slice)) == 1);
  CHECK(count(unit(parameters, "sps") + unit(6, "sei") + unit(slice, first_slice) + unit(slice, later_slice)) == 1);
}

TEST_CASE("two pictures in one packet, and none, are counted") {
  CHECK(count(unit(slice, first_slice) + unit(slice, first_slice)) == 2);
  CHECK(count(unit(parameters, "sps")) == 0);
  CHECK(count("") == 0);
}

TEST_CASE("units that don't fill the packet exactly can't be counted") {
  const std::string whole = unit(slice, first_slice);
  for (std::size_t size = 1; size < whole.size(); ++size) CHECK_FALSE(count(whole.substr(0, size)));
  CHECK_FALSE(count(whole + "x"));
  CHECK_FALSE(count(std::string(8, '\0')));  // units of no length
}

TEST_CASE("what only a decoder can count is left to it") {
  CHECK_FALSE(count(unit(slice, later_slice)));               // no first slice
  CHECK_FALSE(count(unit(2, first_slice)));                   // data partitions
  CHECK_FALSE(count(std::string("\0\0\0\x03\xE1\x88x", 7)));  // the bit that must be 0
}

}  // namespace
}  // namespace react1::media
