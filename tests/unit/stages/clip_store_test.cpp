#include "stages/clip_store.hpp"

#include <doctest/doctest.h>

#include "core/atomic_file.hpp"

using namespace react1;
using namespace react1::stages;
namespace fs = std::filesystem;

namespace {

Preparation made_in(const fs::path& workshop) {
  Preparation made;
  made.video.path = (workshop / "video.mp4").string();
  made.audio.path = (workshop / "audio.mp3").string();
  made.video.video = PreparedClip::Video{25, 25, 640, 360, "h264", "yuv420p"};
  made.audio.audio = PreparedClip::Audio{48000, 48000, 1, "mp3"};
  write_file_atomically(made.video.path, "video");
  write_file_atomically(made.audio.path, "audio");
  return made;
}

}  // namespace

TEST_CASE("clips move from the workshop to a folder named by their intent") {
  const TemporaryDirectory root;
  const TemporaryDirectory workshop(root.path());
  const Preparation kept = keep_clips(made_in(workshop.path()), workshop.path(), root.path(), "abc");
  CHECK(kept.video.path == (root.path() / "abc" / "video.mp4").string());
  CHECK(read_file(kept.audio.path) == "audio");
  CHECK(fs::exists(root.path() / "abc" / "prepare.json"));
  CHECK_FALSE(fs::exists(workshop.path()));
}

TEST_CASE("an intent that is there already stays") {
  const TemporaryDirectory root;
  const TemporaryDirectory first(root.path());
  const TemporaryDirectory second(root.path());
  static_cast<void>(keep_clips(made_in(first.path()), first.path(), root.path(), "abc"));
  const Preparation kept = keep_clips(made_in(second.path()), second.path(), root.path(), "abc");
  CHECK(read_file(kept.video.path) == "video");
}

TEST_CASE("only what is older than the limit is forgotten") {
  const TemporaryDirectory root;
  fs::create_directory(root.path() / "old");
  fs::create_directory(root.path() / "new");
  const auto now = fs::file_time_type::clock::now();
  fs::last_write_time(root.path() / "old", now - std::chrono::hours(200));
  forget_clips(root.path(), now - std::chrono::hours(168));
  CHECK_FALSE(fs::exists(root.path() / "old"));
  CHECK(fs::exists(root.path() / "new"));
}
