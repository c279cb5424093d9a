// SPDX-License-Identifier: Apache-2.0
#include "stages/submit/clip_store.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/atomic_file.hpp"
#include "core/own_folder.hpp"
#include "core/sha256.hpp"

using namespace react1;
using namespace react1::stages;
namespace fs = std::filesystem;

namespace {

const std::string kIntent(64, 'a');
const auto kOld = fs::file_time_type::clock::now() - std::chrono::hours(200);
const auto kLimit = fs::file_time_type::clock::now() - std::chrono::hours(168);

Preparation made_in(const fs::path& workshop) {
  Preparation made;
  made.video.path = (workshop / "video.mp4").string();
  made.audio.path = (workshop / "audio.mp3").string();
  made.video.video = PreparedClip::Video{25, 25, 640, 360, "h264", "yuv420p"};
  made.audio.audio = PreparedClip::Audio{48000, 48000, 1, "mp3"};
  made.video.sha256 = sha256_hex("video");
  made.audio.sha256 = sha256_hex("audio");
  write_file_atomically(made.video.path, "video");
  write_file_atomically(made.audio.path, "audio");
  return made;
}

struct ClipFolder {
  TemporaryDirectory root;
  fs::path home = root.path() / kIntent;

  Preparation keep() const {
    const Workshop workshop(root.path());
    return keep_clips(made_in(workshop.path()), workshop.path(), root.path(), kIntent);
  }
  void forget() const { forget_clips(root.path(), kLimit); }
  /// As if it had been kept long ago.
  void age(const fs::path& path) const { fs::last_write_time(path, kOld); }
};

}  // namespace

TEST_CASE("clips move from the workshop to a folder named by their intent") {
  const ClipFolder clips;
  const Preparation kept = clips.keep();
  CHECK(kept.video.path == (clips.home / "video.mp4").string());
  CHECK(read_file(kept.audio.path) == "audio");
  CHECK(fs::exists(clips.home / "prepare.json"));
  CHECK(std::distance(fs::directory_iterator(clips.root.path()), {}) == 1);  // the workshop is gone
}

TEST_CASE("a kept clip that was damaged is replaced by the one that was just made") {
  const ClipFolder clips;
  static_cast<void>(clips.keep());
  write_file_atomically(clips.home / "video.mp4", "vide0");
  CHECK(read_file(clips.keep().video.path) == "video");
}

TEST_CASE("a folder of the intent that react1 did not make is used only when its clips have the planned content") {
  const ClipFolder clips;
  fs::create_directory(clips.home);
  write_file_atomically(clips.home / "video.mp4", "video");
  write_file_atomically(clips.home / "audio.mp3", "audio");
  CHECK(read_file(clips.keep().video.path) == "video");
  write_file_atomically(clips.home / "video.mp4", "a film of the user");
  CHECK_THROWS_AS((void)clips.keep(), Error);
  CHECK(read_file(clips.home / "video.mp4") == "a film of the user");
}

TEST_CASE("only what is older than the limit is forgotten") {
  const ClipFolder clips;
  static_cast<void>(clips.keep());
  clips.forget();
  CHECK(fs::exists(clips.home));
  clips.age(clips.home);
  clips.forget();
  CHECK_FALSE(fs::exists(clips.home));
}

TEST_CASE("an old folder or file without our mark stays, whatever its name") {
  const ClipFolder clips;
  fs::create_directory(clips.root.path() / "holiday");
  fs::create_directory(clips.home);
  write_file_atomically(clips.home / "video.mp4", "a film of the user");
  write_file_atomically(clips.root.path() / std::string(64, 'b'), "a file");
  for (const auto& entry : fs::directory_iterator(clips.root.path())) clips.age(entry.path());
  clips.forget();
  CHECK(std::distance(fs::directory_iterator(clips.root.path()), {}) == 3);
  CHECK(read_file(clips.home / "video.mp4") == "a film of the user");
}

TEST_CASE("an old folder of clips stays whole when anything foreign is in it") {
  const ClipFolder clips;
  static_cast<void>(clips.keep());
  SUBCASE("a file") {
    write_file_atomically(clips.home / "notes.txt", "mine");
  }
  SUBCASE("a folder") {
    fs::create_directory(clips.home / "sub");
  }
  SUBCASE("a folder with the name of a clip") {
    fs::remove(clips.home / "video.mp4");
    fs::create_directory(clips.home / "video.mp4");
  }
  SUBCASE("a symlink with the name of a clip") {
    fs::remove(clips.home / "video.mp4");
    fs::create_symlink("/etc/passwd", clips.home / "video.mp4");
  }
  SUBCASE("a pipe with the name of a clip") {
    fs::remove(clips.home / "video.mp4");
    REQUIRE(::mkfifo((clips.home / "video.mp4").c_str(), 0600) == 0);
  }
  SUBCASE("the mark of another intent") {
    mark_folder(clips.home, "clips", std::string(64, 'b'));
  }
  SUBCASE("a mark that is a symlink") {
    fs::rename(clips.home / kMarkName, clips.root.path() / "mark");
    fs::create_symlink(clips.root.path() / "mark", clips.home / kMarkName);
  }
  clips.age(clips.home);
  clips.forget();
  CHECK(fs::exists(clips.home / "audio.mp3"));
}

TEST_CASE("nothing is removed through a symlink, of the folder of all clips or of one") {
  const ClipFolder clips;
  const TemporaryDirectory other;
  SUBCASE("the folder of all clips") {
    static_cast<void>(clips.keep());
    clips.age(clips.home);
    fs::create_symlink(clips.root.path(), other.path() / "clips");
    forget_clips(other.path() / "clips", kLimit);
    CHECK(fs::exists(clips.home / "audio.mp3"));
  }
  SUBCASE("the folder of one intent") {
    const ClipFolder elsewhere;
    static_cast<void>(elsewhere.keep());
    elsewhere.age(elsewhere.home);
    fs::create_directory_symlink(elsewhere.home, clips.home);
    clips.forget();
    CHECK(fs::exists(elsewhere.home / "audio.mp3"));
    CHECK(fs::is_symlink(clips.home));
  }
}

TEST_CASE("what belongs to another user stays") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root can give a file away");
    return;
  }
  const ClipFolder clips;
  static_cast<void>(clips.keep());
  constexpr uid_t kOther = 65534;
  SUBCASE("the folder") {
    REQUIRE(::chown(clips.home.c_str(), kOther, kOther) == 0);
  }
  SUBCASE("a file in it") {
    REQUIRE(::chown((clips.home / "video.mp4").c_str(), kOther, kOther) == 0);
  }
  SUBCASE("the folder of all clips") {
    REQUIRE(::chown(clips.root.path().c_str(), kOther, kOther) == 0);
  }
  clips.age(clips.home);
  clips.forget();
  CHECK(fs::exists(clips.home / "audio.mp3"));
}

TEST_CASE("the workshop of a killed run goes, and one that is worked in stays") {
  const ClipFolder clips;
  const Workshop alive(clips.root.path());
  const fs::path killed = clips.root.path() / ".react1-abc123";
  fs::create_directory(killed);
  mark_folder(killed, "workshop", ".react1-abc123");
  write_file_atomically(killed / "video.mp4", "half");
  const fs::path foreign = clips.root.path() / ".react1-def456";
  fs::create_directory(foreign);
  clips.forget();
  CHECK_FALSE(fs::exists(killed));
  CHECK(fs::exists(alive.path()));
  CHECK(fs::exists(foreign));
}
