// SPDX-License-Identifier: Apache-2.0
// How an MP3 file is passed on: unchanged only where its tag is right.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "core/atomic_file.hpp"
#include "core/sha256.hpp"
#include "matrix/fixtures.hpp"
#include "media/format/mp3_scan.hpp"
#include "support/paths.hpp"

#include <react1/pipeline.hpp>

using namespace react1;
using namespace react1::test;

namespace {

const std::string video = "presenter_h264_25fps_6s.mp4";

/// A prepared MP3 without a flaw in any of its frames.
void check_flawless(const std::string& path) {
  const std::string bytes = read_file(path);
  const auto scan = media::scan_mp3({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  REQUIRE(scan);
  CHECK(scan->flaws() == std::vector<std::string>{});
}

}  // namespace

TEST_CASE("an MP3 is passed on unchanged only when its tag is right") {
  const TemporaryDirectory folder;
  const std::string clean = (folder.path() / "first").string();
  const Preparation first = prepare(fixture(video), fixture("voice_mono_48k_5s.wav"), clean, {}, {});
  const Preparation again = prepare(fixture(video), first.audio.path, (folder.path() / "second").string(), {}, {});
  CHECK(again.audio.action == ClipAction::passthrough);
  CHECK(again.audio.sha256 == first.audio.sha256);

  const std::string bytes = read_file(first.audio.path);
  const auto changed = [&](const std::string& content) {
    const std::string file = (folder.path() / "changed.mp3").string();
    AtomicFile out(file);
    out.write(content);
    out.commit();
    const Preparation planned = plan(fixture(video), file, {}, {});
    PipelineOptions options;
    options.output.overwrite = true;  // each of them goes there
    const Preparation made = prepare(fixture(video), file, (folder.path() / "third").string(), options, {});
    CHECK(planned.audio.action == made.audio.action);
    CHECK(planned.audio.audio->samples == made.audio.audio->samples);
    for (const std::string& reason : made.audio.reasons) CHECK(reason.find(".part") == std::string::npos);
    check_flawless(made.audio.path);
    return made;
  };
  // Bytes behind it, a frame less, itself twice: a copy with a tag that is right.
  for (const std::string& content :
       {bytes + std::string(1000, '\0'), bytes + bytes.substr(384 * 3, 384), bytes + bytes}) {
    CHECK(changed(content).audio.action == ClipAction::remux);
  }
  CHECK(changed(bytes + std::string(1000, '\0')).audio.audio->samples == first.audio.audio->samples);
}
