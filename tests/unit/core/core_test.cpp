// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <react1/error.hpp>
#include <react1/plan.hpp>
#include <set>

#include "core/atomic_file.hpp"
#include "core/clock.hpp"
#include "core/nearest.hpp"
#include "core/own_file.hpp"
#include "core/part_file.hpp"
#include "core/redact.hpp"
#include "core/sha256.hpp"

using namespace react1;
namespace fs = std::filesystem;

TEST_CASE("an atomic file appears only when committed") {
  const TemporaryDirectory folder;
  const fs::path target = folder.path() / "out.mp4";
  {
    const AtomicFile abandoned(target);
    CHECK(fs::exists(abandoned.temporary()));
    CHECK(abandoned.temporary().filename().string().front() == '.');
    CHECK(abandoned.temporary().extension() == ".part");
  }
  CHECK(fs::is_empty(folder.path()));

  AtomicFile kept(target);
  std::ofstream(kept.temporary()) << "x";
  CHECK_FALSE(fs::exists(target));
  kept.commit();
  CHECK(read_file(target) == "x");
}

TEST_CASE("an unwritable folder is known before any work") {
  CHECK_THROWS_AS(AtomicFile("/nonexistent-folder/out.mp4"), Error);
}

TEST_CASE("replacing a file keeps either the old or the new content") {
  const TemporaryDirectory folder;
  const fs::path path = folder.path() / "state.json";
  write_file_atomically(path, "old");
  write_file_atomically(path, "new");
  CHECK(read_file(path) == "new");
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("reading too large a file or a directory is an io error") {
  const TemporaryDirectory folder;
  write_file_atomically(folder.path() / "big", std::string(100, 'x'));
  CHECK_THROWS_AS(static_cast<void>(read_file(folder.path() / "big", 99)), Error);
  CHECK_THROWS_AS(static_cast<void>(read_file(folder.path())), Error);
}

TEST_CASE("redaction keeps host and path and drops user, query and fragment") {
  CHECK(redact_url("https://user:pw@host/p/f.mp4?sig=SECRET#x") == "https://host/p/f.mp4?…");
  CHECK(redact_url("http://127.0.0.1:80/a@b") == "http://127.0.0.1:80/a@b");
  CHECK(redact_url("/local/file?.mp4") == "/local/file?.mp4");
  CHECK(is_http_url("HTTPS://x"));
  CHECK_FALSE(is_http_url("file:///x"));
}

TEST_CASE("sha256 agrees with the published test vectors") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const TemporaryDirectory folder;
  write_file_atomically(folder.path() / "f", "abc");
  CHECK(sha256_file(folder.path() / "f") == sha256_hex("abc"));
}

TEST_CASE("the nearest name is offered only when it is near") {
  constexpr std::array<std::string_view, 3> words{"happy", "sad", "neutral"};
  CHECK(nearest("hapy", words) == "happy");
  CHECK(nearest("netural", words) == "neutral");
  CHECK_FALSE(nearest("qqqqqqq", words).has_value());
}

TEST_CASE("a misspelt emotion is a usage error with a suggestion") {
  try {
    static_cast<void>(parse_emotion("hapy"));
    FAIL("must throw");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(exit_code(error.code()) == 2);
    CHECK(error.hint() == "did you mean \"happy\"?");
    CHECK(error.message().find("surprised") != std::string::npos);
  }
}

TEST_CASE("every enum name parses back to itself") {
  for (const auto emotion :
       {Emotion::happy, Emotion::sad, Emotion::angry, Emotion::disgusted, Emotion::surprised, Emotion::neutral}) {
    CHECK(parse_emotion(to_string(emotion)) == emotion);
  }
  for (const auto mode :
       {LipsyncMode::cut_off, LipsyncMode::loop, LipsyncMode::bounce, LipsyncMode::silence, LipsyncMode::remap}) {
    CHECK(parse_lipsync_mode(to_string(mode)) == mode);
  }
}

TEST_CASE("identifiers are version 7 UUIDs, unique and ordered by time") {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(new_id(system_clock()));
  CHECK(ids.size() == 1000);
  const std::string& id = *ids.begin();
  CHECK(id.size() == 36);
  CHECK(id[14] == '7');
  CHECK((id[19] == '8' || id[19] == '9' || id[19] == 'a' || id[19] == 'b'));
}

TEST_CASE("a wall clock time is written as ISO 8601 in UTC") {
  CHECK(iso8601(std::chrono::system_clock::time_point(std::chrono::milliseconds(1'795'332'565'007))) ==
        "2026-11-22T07:29:25.007Z");
}

TEST_CASE("a requested stop ends a sleep at once") {
  std::stop_source source;
  source.request_stop();
  CHECK_FALSE(system_clock().sleep_for(std::chrono::hours(1), source.get_token()));
}

TEST_CASE("an unfinished file in use is kept, and one of a killed process is removed") {
  const TemporaryDirectory folder;
  const AtomicFile alive(folder.path() / "out.mp4");
  const std::filesystem::path killed = folder.path() / part_name("out.mp4", 0x12345678);
  const std::filesystem::path foreign = folder.path() / ".out.mp4.12345678.part";
  const std::filesystem::path link = folder.path() / part_name("out.mp4", 0x9);
  std::ofstream(killed) << "half";
  std::ofstream(foreign) << "of another program";
  std::filesystem::create_symlink(foreign, link);
  sweep_parts(folder.path());
  CHECK_FALSE(std::filesystem::exists(killed));
  CHECK(std::filesystem::exists(alive.temporary()));
  CHECK(std::filesystem::exists(foreign));
  CHECK(std::filesystem::is_symlink(link));
}

TEST_CASE("only names of our own form are names of unfinished files") {
  CHECK(final_name_of_part(part_name("a.mp4", 1)) == "a.mp4");
  CHECK(part_name(std::string(255, 'n'), 1).size() == 255);
  for (const char* name : {"", ".part", ".a.part", "a.react1-00000001.part", ".a.react1-0000001.part",
                           ".a.react1-0000000G.part", ".a.react1-00000001.part2", ".react1-00000001.part"}) {
    CAPTURE(name);
    CHECK(final_name_of_part(name).empty());
  }
}

TEST_CASE("an unfinished file that was swapped for a symlink is not taken for the result") {
  const TemporaryDirectory folder;
  const std::filesystem::path victim = folder.path() / "victim";
  std::ofstream(victim) << "keep me";
  AtomicFile file(folder.path() / "out.mp4");
  std::filesystem::remove(file.temporary());
  std::filesystem::create_symlink(victim, file.temporary());
  file.write("result");
  CHECK_THROWS_AS(file.commit(), Error);
  CHECK(read_file(victim) == "keep me");
  CHECK_FALSE(std::filesystem::exists(folder.path() / "out.mp4"));
}

TEST_CASE("a library is given a name only while it is the name of our own file") {
  const TemporaryDirectory folder;
  const std::filesystem::path victim = folder.path() / "victim", name = folder.path() / "out.part";
  std::ofstream(victim) << "keep me";
  CHECK_NOTHROW(require_own_file(name));  // it will be made
  std::filesystem::create_symlink(victim, name);
  CHECK_THROWS_AS(require_own_file(name), Error);
  std::filesystem::remove(name);
  std::filesystem::create_hard_link(victim, name);
  CHECK_THROWS_AS(require_own_file(name), Error);
  std::filesystem::remove(name);
  std::filesystem::create_directory(name);
  CHECK_THROWS_AS(require_own_file(name), Error);
  CHECK_NOTHROW(require_own_file(victim));
}

TEST_CASE("a file that appears while another is written is not replaced unless that is wanted") {
  const TemporaryDirectory folder;
  const std::filesystem::path path = folder.path() / "out.mp4";
  AtomicFile file(path, Existing::keep);
  file.write("result");
  std::ofstream(path) << "foreign";
  CHECK_THROWS_AS(file.commit(), Error);
  CHECK(read_file(path) == "foreign");
}
