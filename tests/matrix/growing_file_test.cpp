// SPDX-License-Identifier: Apache-2.0
// A file that is still being copied when it is taken.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "core/atomic_file.hpp"
#include "media/make/make_clip.hpp"
#include "plan/encode_plan.hpp"
#include "support/paths.hpp"

#include <react1/error.hpp>

using namespace react1;

TEST_CASE("a file that grows after it was looked at is refused") {
  const TemporaryDirectory folder;
  const auto source = folder.path() / "incoming.mp4";
  std::filesystem::copy_file(test::fixture("rate_2997_2s.mp4"), source);
  const MediaInfo info = probe(source.string());
  const VideoPlan plan = planning::plan_video(info, PrepareOptions{}).value;
  REQUIRE(plan.action == ClipAction::passthrough);
  std::ofstream(source, std::ios::binary | std::ios::app) << "more";
  const auto output = folder.path() / "video.mp4";
  try {
    (void)media::make_video({source.string(), info}, plan, output, 15, RunContext{});
    FAIL("was accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
    CHECK(error.message().find("bytes now and had") != std::string::npos);
  }
  CHECK_FALSE(std::filesystem::exists(output));
}
