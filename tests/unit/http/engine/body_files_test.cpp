// SPDX-License-Identifier: Apache-2.0
// A body that goes into a file: into the file that was begun, and no other.
#include "http/engine/body_files.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "core/atomic_file.hpp"

namespace {

using namespace react1;
using http::FileWriter;
namespace fs = std::filesystem;

TEST_CASE("a name that was given to another file between two attempts is not written to") {
  const TemporaryDirectory folder;
  const fs::path victim = folder.path() / "victim", part = folder.path() / "out.mp4.part";
  const auto first_attempt = [&] {
    fs::remove(part);
    FileWriter writer(part.string());
    REQUIRE(writer.problem().empty());
    REQUIRE(writer.start_at(0));
    REQUIRE(writer.write("half", 4));
  };
  std::ofstream(victim) << "keep me";
  first_attempt();
  {
    FileWriter again(part.string());
    CHECK(again.problem().empty());
    CHECK(again.start_at(4));
    CHECK(again.write("done", 4));
  }
  CHECK(read_file(part) == "halfdone");
  const auto swap = [&](const auto& make) {
    first_attempt();
    fs::remove(part);
    make();
    CHECK_FALSE(FileWriter(part.string()).problem().empty());
    CHECK(read_file(victim) == "keep me");
    fs::remove(part);
  };
  swap([&] { fs::create_symlink(victim, part); });
  swap([&] { fs::create_symlink(folder.path() / "nowhere", part); });
  swap([&] { fs::create_hard_link(victim, part); });
  swap([&] { REQUIRE(::mkfifo(part.c_str(), 0600) == 0); });  // without a reader: nothing hangs
  swap([&] { fs::create_directory(part); });
  CHECK_FALSE(fs::exists(folder.path() / "nowhere"));
}

}  // namespace
