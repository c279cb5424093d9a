// SPDX-License-Identifier: Apache-2.0
// The kinds of source: whatever the bytes come from, they measure the same and keep the same rules.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <react1/error.hpp>
#include <react1/media.hpp>

#include "core/atomic_file.hpp"
#include "support/paths.hpp"

namespace react1 {
namespace {

const char* const kClip = "presenter_h264_bframes_25fps_6s_audio.mp4";

std::vector<std::byte> bytes_of(const std::string& fixture) {
  const std::string text = read_file(test::fixture(fixture));
  const auto bytes = std::as_bytes(std::span{text});
  return {bytes.begin(), bytes.end()};
}

/// A reader over bytes that the test keeps, counting how it is used.
struct Recorded {
  std::vector<std::byte> bytes;
  std::size_t position = 0;
  std::atomic<int> inside = 0;
  std::atomic<bool> at_the_same_time = false;
  int seeks = 0;

  [[nodiscard]] Reader reader(bool can_seek) {
    Reader result;
    result.read = [this](std::span<std::byte> buffer) {
      if (inside.fetch_add(1) > 0) at_the_same_time = true;
      const std::size_t count = std::min(buffer.size(), bytes.size() - position);
      std::memcpy(buffer.data(), bytes.data() + position, count);
      position += count;
      inside.fetch_sub(1);
      return count;
    };
    if (!can_seek) return result;
    result.seek = [this](std::int64_t offset) {
      ++seeks;
      position = static_cast<std::size_t>(offset);
    };
    result.size = std::ssize(bytes);
    return result;
  }
};

MediaInfo probed(const Source& source, const SourceOptions& options = {}) {
  return probe(source, options, RunContext{});
}

Error failure_of(const Source& source, const SourceOptions& options = {}) {
  try {
    static_cast<void>(probed(source, options));
  } catch (const Error& error) {
    return error;
  }
  FAIL("probed: ", source.name());
  return {ErrorCode::internal, "", ""};
}

void check_same(const MediaInfo& info, const MediaInfo& file) {
  REQUIRE(info.video);
  REQUIRE(info.audio);
  CHECK(info.format == file.format);
  CHECK(info.size_bytes == file.size_bytes);
  CHECK(info.moov_first == file.moov_first);
  CHECK(info.video->frames == file.video->frames);
  CHECK(info.video->duration_s == file.video->duration_s);
  CHECK(info.audio->samples == file.audio->samples);
}

TEST_CASE("memory, a reader with and without seek, and the file itself measure the same") {
  const MediaInfo file = probe(test::fixture(kClip));
  const auto shared = std::make_shared<const std::vector<std::byte>>(bytes_of(kClip));
  check_same(probe(Source::memory(std::span{*shared})), file);
  check_same(probe(Source::memory(shared, "in memory")), file);
  Recorded seekable{bytes_of(kClip)};
  check_same(probe(Source::reader(seekable.reader(/*can_seek=*/true))), file);
  CHECK(seekable.seeks > 0);
  Recorded forward{bytes_of(kClip)};
  check_same(probe(Source::reader(forward.reader(/*can_seek=*/false))), file);
}

TEST_CASE("what can be read only once is read once, and serves every later reading and every copy") {
  Recorded recorded{bytes_of(kClip)};
  const Source source = Source::reader(recorded.reader(/*can_seek=*/false));
  const Source copy = source;
  const MediaInfo first = probe(source);
  recorded.bytes.clear();  // there is nothing more to be had
  recorded.position = 0;
  check_same(probe(copy), first);
}

TEST_CASE("two readers of one source take turns") {
  for (const bool can_seek : {true, false}) {
    CAPTURE(can_seek);
    Recorded recorded{bytes_of(kClip)};
    const Source source = Source::reader(recorded.reader(can_seek));
    const MediaInfo file = probe(test::fixture(kClip));
    MediaInfo there;
    std::thread other([&] { there = probe(source); });
    const MediaInfo here = probe(source);
    other.join();
    check_same(here, file);
    check_same(there, file);
    CHECK_FALSE(recorded.at_the_same_time);
  }
}

TEST_CASE("what a reader throws comes out as an Error and is not thrown through C") {
  Recorded recorded{bytes_of(kClip)};
  for (const bool can_seek : {true, false}) {
    CAPTURE(can_seek);
    Reader reader = recorded.reader(can_seek);
    recorded.position = 0;
    reader.read = [inner = reader.read, left = 3](std::span<std::byte> buffer) mutable {
      if (--left == 0) throw std::runtime_error("the archive is gone");
      return inner(buffer.first(std::min<std::size_t>(buffer.size(), 4096)));
    };
    const Error error = failure_of(Source::reader(std::move(reader), "archive entry"));
    CHECK(error.code() == ErrorCode::io);
    CHECK(error.where() == "archive entry");
    CHECK(error.detail() == "the archive is gone");
  }
  Reader own;
  own.read = [](std::span<std::byte>) -> std::size_t { throw Error{ErrorCode::network, "bucket", "no such object"}; };
  CHECK(failure_of(Source::reader(own)).message() == "no such object");
  own.read = [](std::span<std::byte> buffer) { return buffer.size() + 1; };
  CHECK(failure_of(Source::reader(own)).code() == ErrorCode::usage);
  CHECK_THROWS_AS((void)Source::reader(Reader{}), Error);
}

TEST_CASE("an empty source of any kind is refused by name") {
  CHECK(failure_of(Source::memory(std::span<const std::byte>{}, "nothing")).where() == "nothing");
  Reader reader;
  reader.read = [](std::span<std::byte>) { return std::size_t{0}; };
  const Error error = failure_of(Source::reader(reader, "no bytes"));
  CHECK(error.code() == ErrorCode::media);
  CHECK(error.where() == "no bytes");
}

TEST_CASE("a source longer than the limits is refused, and nothing is left of it") {
  const TemporaryDirectory folder;
  SourceOptions options;
  options.spool_directory = folder.path().string();
  options.max_spooled_bytes = 10'000;
  Recorded recorded{bytes_of(kClip)};
  const Error spooled = failure_of(Source::reader(recorded.reader(/*can_seek=*/false)), options);
  CHECK(spooled.code() == ErrorCode::media);
  CHECK(spooled.hint().find("--max-spooled-size") != std::string::npos);
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK_NOTHROW((void)probed(test::fixture(kClip), options));  // a file is not spooled
  options.max_source_bytes = 10'000;
  const Error large = failure_of(test::fixture(kClip), options);
  CHECK(large.code() == ErrorCode::media);
  CHECK(large.hint().find("--max-source-size") != std::string::npos);
}

TEST_CASE("a spool that can't be written is an io error that says what to do") {
  Recorded recorded{bytes_of(kClip)};
  const Error error = failure_of(Source::reader(recorded.reader(/*can_seek=*/false)),
                                 SourceOptions{.spool_directory = "/proc/no/such/folder"});
  CHECK(error.code() == ErrorCode::io);
  CHECK(error.hint().find("TMPDIR") != std::string::npos);
}

TEST_CASE("a source knows its own file, and shows no secret of its URL") {
  const TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "clip.mp4";
  std::filesystem::copy_file(test::fixture(kClip), file);
  std::filesystem::create_hard_link(file, folder.path() / "same.mp4");
  CHECK(Source(file).is_file(folder.path() / "same.mp4"));
  CHECK_FALSE(Source(file).is_file(folder.path() / "other.mp4"));
  CHECK(Source(file.string()).name() == file.string());
  const Source url = "https://user:password@example.com/a.mp4?X-Signature=secret";
  CHECK((url.kind() == Source::Kind::url));
  CHECK(url.name() == "https://example.com/a.mp4?…");
  CHECK_FALSE(url.is_file(file));
}

TEST_CASE("copies and two sources of one path or URL are equal, and what is only alike is not") {
  const std::vector<std::byte> bytes = bytes_of(kClip);
  const Source memory = Source::memory(bytes);
  const Source copy = memory;  // NOLINT(performance-unnecessary-copy-initialization): the copy is what is tested
  CHECK((memory == copy));
  CHECK_FALSE((memory == Source::memory(bytes)));  // might be the same bytes, but that is unknown
  CHECK((Source(test::fixture(kClip)) == Source(test::fixture(kClip))));
  CHECK((Source("https://example.com/a.mp4?v=1") != Source("https://example.com/a.mp4?v=2")));
  CHECK((Source::standard_input() != Source::standard_input()));
}

}  // namespace
}  // namespace react1
