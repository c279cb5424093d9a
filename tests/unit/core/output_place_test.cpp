// SPDX-License-Identifier: Apache-2.0
// Where a result may be written: existing files are never replaced by accident, and impossible outputs are found
// before.
#include "core/output_place.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <react1/error.hpp>
#include <string>

#include "core/atomic_file.hpp"
#include "core/part_file.hpp"
#include "support/caught.hpp"
#include "support/child.hpp"
#include "support/ordinary_user.hpp"

using namespace react1;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

/// What the child of in_child() says through its exit code.
constexpr int kRefused = 7, kSkipped = 77;

int code_in_child(const std::function<void()>& body) {
  const int status = test::in_child(body);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

[[noreturn]] void leave_by_error(const std::function<void()>& call, ErrorCode expected) {
  try {
    call();
  } catch (const Error& error) {
    ::_exit(error.code() == expected ? kRefused : 2);
  }
  ::_exit(3);
}

}  // namespace

TEST_CASE("an output that exists and is no regular file is refused, whatever it is, and stays what it is") {
  const TemporaryDirectory folder;
  const auto path = [&](const char* name) { return folder.path() / name; };
  fs::create_directory(path("folder"));
  REQUIRE(::mkfifo(path("pipe").c_str(), 0600) == 0);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path("socket").string().size() < sizeof address.sun_path);
  path("socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(socket);
  fs::create_symlink("nowhere", path("dangling"));
  fs::create_symlink("b", path("a"));
  fs::create_symlink("a", path("b"));
  fs::create_symlink("/dev/null", path("to-device"));
  fs::create_symlink("pipe", path("to-pipe"));
  fs::create_symlink("folder", path("to-folder"));
  for (const char* name : {"folder", "pipe", "socket", "dangling", "a", "to-device", "to-pipe", "to-folder"}) {
    CAPTURE(std::string(name));
    const auto before = fs::symlink_status(path(name)).type();
    const Error looked = test::caught_from([&] { (void)look_at_output(path(name)); });
    CHECK(looked.code() == ErrorCode::usage);
    CHECK(looked.where() == path(name).string());
    CHECK_FALSE(looked.hint().empty());
    CHECK(test::caught_from([&] { write_file_atomically(path(name), "x"); }).code() == ErrorCode::usage);
    CHECK(fs::symlink_status(path(name)).type() == before);
  }
  for (const char* device : {"/dev/null", "/dev/full", "/dev/tty"}) {
    CAPTURE(std::string(device));
    if (::access(device, F_OK) != 0) continue;
    CHECK(test::caught_from([&] { write_file_atomically(device, "x"); }).code() == ErrorCode::usage);
    CHECK(fs::is_character_file(device));
  }
  CHECK(fs::is_empty(path("folder")));
}

TEST_CASE("what is no file name is refused") {
  const TemporaryDirectory folder;
  const std::string base = folder.path().string();
  for (const std::string& text : {std::string(), base + "/", base + "/.", base + "/..", std::string("."),
                                  base + "/a" + std::string(1, '\0') + "b"}) {
    CAPTURE(text);
    CHECK(test::caught_from([&] { (void)look_at_output(text); }).code() == ErrorCode::usage);
  }
  CHECK(test::caught_from([&] { (void)look_at_output(base + "/missing/o.mp4"); }).code() == ErrorCode::io);
  write(folder.path() / "file", "x");
  CHECK(test::caught_from([&] { (void)look_at_output(base + "/file/o.mp4"); }).code() == ErrorCode::io);
}

TEST_CASE("names of up to 255 bytes are written, longer ones and paths that are too long are refused before any work") {
  const TemporaryDirectory folder;
  for (const std::size_t length : {std::size_t{1}, std::size_t{230}, std::size_t{250}, std::size_t{255}}) {
    CAPTURE(length);
    const fs::path path = folder.path() / std::string(length, 'n');
    write_file_atomically(path, "whole");
    CHECK(read_file(path) == "whole");
  }
  const auto refused = [](const fs::path& path) {
    return test::caught_from([&] { (void)look_at_output(path); }).code() == ErrorCode::usage;
  };
  CHECK(refused(folder.path() / std::string(256, 'n')));
  fs::path deep = folder.path();
  while (deep.string().size() < PATH_MAX) deep /= std::string(200, 'd');
  CHECK(refused(deep));
}

TEST_CASE("a symlink to a file is written through: the file is replaced, the link stays") {
  const TemporaryDirectory folder;
  fs::create_directory(folder.path() / "elsewhere");
  const fs::path file = folder.path() / "elsewhere" / "real.mp4";
  const fs::path link = folder.path() / "link.mp4";
  write(file, "old");
  fs::create_symlink(file, link);
  write_file_atomically(link, "new");
  CHECK(fs::is_symlink(link));
  CHECK(fs::read_symlink(link) == file);
  CHECK(read_file(file) == "new");
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 2);
  CHECK(std::distance(fs::directory_iterator(file.parent_path()), {}) == 1);
}

TEST_CASE("a file that was created at the name meanwhile is not replaced, unless that is wanted") {
  const TemporaryDirectory folder;
  const fs::path path = folder.path() / "out.mp4";
  const auto end_of = [&](Existing existing, const std::function<void()>& meanwhile) {
    AtomicFile file(path, existing);
    file.write("result");
    meanwhile();
    file.commit();
  };
  SUBCASE("a file where there was none") {
    CHECK_THROWS_AS(end_of(Existing::replace_unchanged, [&] { write(path, "theirs"); }), Error);
    CHECK(read_file(path) == "theirs");
  }
  SUBCASE("another file in place of the one that was there") {
    write(path, "mine");
    CHECK_THROWS_AS(end_of(Existing::replace_unchanged, [&] { write(path, "theirs, and longer"); }), Error);
    CHECK(read_file(path) == "theirs, and longer");
  }
  SUBCASE("the one that was there is replaced") {
    write(path, "mine");
    end_of(Existing::replace_unchanged, [] {});
    CHECK(read_file(path) == "result");
  }
  SUBCASE("a file that is gone is no reason to fail") {
    write(path, "mine");
    end_of(Existing::replace_unchanged, [&] { fs::remove(path); });
    CHECK(read_file(path) == "result");
  }
  SUBCASE("a pipe or a symlink is never replaced") {
    CHECK_THROWS_AS(end_of(Existing::replace, [&] { (void)::mkfifo(path.c_str(), 0600); }), Error);
    CHECK(fs::is_fifo(path));
    fs::remove(path);
    CHECK_THROWS_AS(end_of(Existing::replace, [&] { fs::create_symlink("other", path); }), Error);
    CHECK(fs::is_symlink(path));
  }
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);  // no part is left
}

TEST_CASE(
    "a folder that an ordinary user may not write to, and a file that is not theirs to replace, are known before") {
  const TemporaryDirectory folder;
  fs::permissions(folder.path(), fs::perms::all);
  const fs::path closed = folder.path() / "closed";
  fs::create_directory(closed);
  fs::permissions(closed,
                  fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  const int unwritable = code_in_child([&] {
    if (!test::become_ordinary()) ::_exit(kSkipped);
    leave_by_error([&] { const AtomicFile tried(closed / "o.mp4"); }, ErrorCode::io);
  });
  if (unwritable == kSkipped) {
    std::puts("skipped in part: root that can't become another user");
    return;
  }
  CHECK(unwritable == kRefused);
  if (::geteuid() != 0) return;  // what follows needs files of two users
  const fs::path sticky = folder.path() / "sticky";
  fs::create_directory(sticky);
  fs::permissions(sticky, fs::perms::all | fs::perms::sticky_bit);
  write(sticky / "o.mp4", "root's");
  CHECK(code_in_child([&] {
          if (!test::become_ordinary()) ::_exit(kSkipped);
          leave_by_error([&] { (void)look_at_output(sticky / "o.mp4"); }, ErrorCode::io);
        }) == kRefused);
}

TEST_CASE("a file that is mounted by itself can't be replaced, and that is known before") {
  // Containers mount these; elsewhere there is nothing to see.
  int seen = 0;
  for (const char* path : {"/etc/hosts", "/etc/resolv.conf", "/etc/hostname"}) {
    struct statx facts {};
    if (::statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &facts) != 0) continue;
    if ((facts.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0 || !S_ISREG(facts.stx_mode)) continue;
    ++seen;
    const Error error = test::caught_from([&] { (void)look_at_output(path); });
    CHECK(error.code() == ErrorCode::io);
    CHECK(error.detail().find("mounted") != std::string::npos);
  }
  if (seen == 0) std::puts("skipped in part: no file here is a mount of its own");
}

TEST_CASE("a result that surely does not fit is refused before, by the file size limit and by free space") {
  const TemporaryDirectory folder;
  const OutputPlace place = look_at_output(folder.path() / "o.mp4");
  require_room(place, 1000);
  CHECK(test::caught_from([&] { require_room(place, INT64_MAX); }).code() == ErrorCode::io);
  CHECK(code_in_child([&] {
          ::signal(SIGXFSZ, SIG_IGN);
          const rlimit limit{4096, 4096};
          if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(2);
          require_room(place, 4096);
          leave_by_error([&] { require_room(place, 4097); }, ErrorCode::io);
        }) == kRefused);
}
