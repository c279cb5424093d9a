// SPDX-License-Identifier: Apache-2.0
// What a user names as a clip, and how much of it may be read.
#include "cli/process/inputs.hpp"

#include <doctest/doctest.h>

#include <react1/error.hpp>
#include <string>

#include "cli/flags/option_flags.hpp"
#include "recipe/options/typed_value.hpp"

namespace {

using namespace react1;
using namespace react1::cli;
using recipe::parse_size;

TEST_CASE("a path, a URL and standard input are distinguished, in their order") {
  const auto sources = sources_of({"-", "a.mp4", "https://example.com/b.mp4"});
  REQUIRE(sources.size() == 3);
  CHECK((sources[0].kind() == Source::Kind::standard_input));
  CHECK((sources[1].kind() == Source::Kind::path));
  CHECK((sources[2].kind() == Source::Kind::url));
  const Pair pair = pair_of("v.mp4", "-");
  CHECK(pair.video.address() == "v.mp4");
  CHECK((pair.audio.kind() == Source::Kind::standard_input));
}

TEST_CASE("standard input serves one clip") {
  try {
    (void)pair_of("-", "-");
    FAIL("not refused");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
  }
}

TEST_CASE("sizes are bytes, or multiples of 1024, and never more than can be counted") {
  CHECK(parse_size("4096") == 4096);
  CHECK(parse_size("1K") == 1024);
  CHECK(parse_size("1.5G") == 3 * (std::int64_t{1} << 29));
  CHECK(parse_size("1T") == std::int64_t{1} << 40);
  CHECK(parse_size("4194304T") == std::int64_t{1} << 62);
  for (const char* bad :
       {"", "K", "-1", "0", "0.5", "1.5.2M", "1 M", "1m", "4194305T", "99999999999999999999", "nan"}) {
    CAPTURE(std::string(bad));
    CHECK_THROWS_AS((void)parse_size(bad), Error);
  }
}

TEST_CASE("limits that are given replace the recipe's, the others stay") {
  OptionFlags flags;
  flags.typed.give("--max-spooled-size", "1M");
  const SourceOptions options = resolve(flags).prepare.source;
  CHECK(options.max_spooled_bytes == 1 << 20);
  CHECK(options.max_source_bytes == SourceOptions{}.max_source_bytes);
  flags.typed.give("--max-source-size", "lots");
  CHECK_THROWS_AS((void)resolve(flags), Error);
}

}  // namespace
