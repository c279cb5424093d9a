// SPDX-License-Identifier: Apache-2.0
#include "media/stream/demuxer.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "core/atomic_file.hpp"
#include "media/ff/handles.hpp"
#include "support/paths.hpp"

namespace react1::media {
namespace {

ErrorCode open_fails_with(const std::string& source) {
  try {
    const Demuxer demuxer{source, {}, RunContext{}};
  } catch (const Error& error) {
    CHECK_FALSE(error.message().empty());
    return error.code();
  }
  FAIL("opened: ", source);
  return ErrorCode::internal;
}

std::string write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream{path, std::ios::binary} << text;
  return path.string();
}

TEST_CASE("a missing file is an io error that names the path") {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "absent.mp4").string();
  try {
    const Demuxer demuxer{path, {}, RunContext{}};
    FAIL("opened");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::io);
    CHECK(error.where() == path);
    CHECK(error.message() == "no such file");
  }
}

TEST_CASE("a folder is an io error") {
  const TemporaryDirectory folder;
  CHECK(open_fails_with(folder.path().string()) == ErrorCode::io);
}

TEST_CASE("an empty file is a media error") {
  const TemporaryDirectory folder;
  CHECK(open_fails_with(write_text(folder.path() / "a.mp4", "")) == ErrorCode::media);
}

TEST_CASE("a text file named .mp4 is a media error") {
  const TemporaryDirectory folder;
  CHECK(open_fails_with(write_text(folder.path() / "a.mp4", "These are words, not pictures.\n")) == ErrorCode::media);
}

// FFmpeg's Matroska demuxer answers EIO where the file ends inside an element.
TEST_CASE("a file that ends in its header is a media error, not a failing disk") {
  const TemporaryDirectory folder;
  constexpr std::size_t inside_the_header = 300;
  const std::string start = read_file(test::fixture("presenter_vp9_no_duration.webm")).substr(0, inside_the_header);
  CHECK(open_fails_with(write_text(folder.path() / "a.webm", start)) == ErrorCode::media);
}

TEST_CASE("a playlist or concat script can't make the program open another file") {
  const TemporaryDirectory folder;
  const std::string clip = test::fixture("presenter_h264_25fps_6s.mp4");
  std::filesystem::copy_file(clip, folder.path() / "clip.mp4");
  CHECK(open_fails_with(write_text(folder.path() / "list.mp4",
                                   "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nclip.mp4\n#EXT-X-ENDLIST\n")) ==
        ErrorCode::media);
  CHECK(open_fails_with(write_text(folder.path() / "script.ffconcat", "ffconcat version 1.0\nfile clip.mp4\n")) ==
        ErrorCode::media);
}

TEST_CASE("a refused connection is a network error that may be tried again") {
  // Port 1 of the loopback: nothing listens there without root having asked for it.
  try {
    const Demuxer demuxer{"http://127.0.0.1:1/clip.mp4?signature=secret", {}, RunContext{}};
    FAIL("opened");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::network);
    CHECK(error.retryable());
    CHECK(std::string{error.what()}.find("secret") == std::string::npos);
  }
}

TEST_CASE("a stop that was already asked for ends the opening") {
  std::stop_source stop;
  stop.request_stop();
  RunContext context;
  context.stop = stop.get_token();
  CHECK_THROWS_AS((Demuxer{test::fixture("voice_mono_48k_5s.wav"), {}, context}), Error);
}

TEST_CASE("a stop that comes while packets are read ends the reading") {
  std::stop_source stop;
  RunContext context;
  context.stop = stop.get_token();
  Demuxer demuxer{test::fixture("voice_mono_48k_5s.wav"), {}, context};
  const ff::Packet packet = ff::make_packet();
  REQUIRE(demuxer.read(*packet));
  stop.request_stop();
  try {
    while (demuxer.read(*packet)) {
    }
    FAIL("read to the end");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::interrupted);
  }
}

TEST_CASE("only the selected streams deliver packets") {
  Demuxer demuxer{test::fixture("presenter_h264_bframes_25fps_6s_audio.mp4"), {}, RunContext{}};
  REQUIRE(demuxer.stream_count() == 2);
  const int wanted[] = {1};
  demuxer.select(wanted);
  const ff::Packet packet = ff::make_packet();
  int count = 0;
  while (demuxer.read(*packet)) {
    CHECK(packet->stream_index == 1);
    ++count;
  }
  CHECK(count > 100);
  CHECK_FALSE(demuxer.damage().has_value());
}

TEST_CASE("seeking goes back to a key frame and reading starts over") {
  Demuxer demuxer{test::fixture("presenter_h264_25fps_6s.mp4"), {}, RunContext{}};
  const ff::Packet packet = ff::make_packet();
  int first = 0;
  while (demuxer.read(*packet)) ++first;
  demuxer.seek(0, 0);
  int second = 0;
  while (demuxer.read(*packet)) ++second;
  CHECK(first == 150);
  CHECK(second == first);
}

}  // namespace
}  // namespace react1::media
