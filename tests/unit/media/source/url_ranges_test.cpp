// SPDX-License-Identifier: Apache-2.0
// Sources behind http: ranges, redirects, dropped connections, and servers that have no ranges.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include <react1/error.hpp>
#include <react1/media.hpp>

#include "core/atomic_file.hpp"
#include "media/ff/handles.hpp"
#include "media/stream/demuxer.hpp"
#include "support/file_server.hpp"
#include "support/paths.hpp"
#include "support/raw_server.hpp"

namespace react1 {
namespace {

using test::RawServer;
using test::SeenRequest;

const char* const kRangedClip = "presenter_h264_bframes_25fps_6s_audio.mp4";
const char* const kIndexFirst = "presenter_h264_25fps_6s.mp4";

std::string ranged(const std::string& body, const SeenRequest& request) {
  return test::file_answer(body, request, "Connection: close\r\n");
}

/// The clip with its index at the end and `gap` bytes of nothing before it.
std::string with_gap(std::size_t gap) {
  std::string file = read_file(test::fixture("audio_only.m4a"));
  const std::size_t index = file.rfind("moov") - 4;
  std::string nothing(gap, '\0');
  for (std::size_t i = 0; i < 4; ++i) nothing[i] = static_cast<char>(gap >> (24 - 8 * i));
  nothing.replace(4, 4, "free");
  return file.insert(index, nothing);
}

TEST_CASE("an index at the end of a long file is reached by a range, not by reading up to it") {
  const std::string file = with_gap(std::size_t{64} << 20);
  RawServer server;
  server.otherwise([&](const SeenRequest& request) { return ranged(file, request); });
  const MediaInfo info = probe(server.url("/long.m4a"));
  REQUIRE(info.audio);
  CHECK(info.size_bytes == static_cast<std::int64_t>(file.size()));
  CHECK(info.audio->samples == probe(test::fixture("audio_only.m4a")).audio->samples);
  CHECK(server.requests().size() <= 3);
  CHECK(server.bytes_sent() < std::int64_t{3} << 20);
  for (const SeenRequest& request : server.requests()) CHECK(request.header("user-agent") == "react1");
}

TEST_CASE("a connection that drops is taken up once where it broke") {
  const std::string clip = read_file(test::fixture(kIndexFirst));
  const std::size_t half = clip.size() / 2;
  RawServer server;
  server.script({test::step::read_request(),
                 test::step::send(test::part_head(0, clip.size() - 1, clip.size()) + clip.substr(0, half)),
                 test::step::half_close()});
  server.otherwise([&](const SeenRequest& request) { return ranged(clip, request); });
  media::Demuxer demuxer{server.url("/clip.mp4"), media::DemuxerOptions{}, RunContext{}};
  media::Demuxer file{test::fixture(kIndexFirst), media::DemuxerOptions{}, RunContext{}};
  const media::ff::Packet packet = media::ff::make_packet();
  int packets = 0;
  int packets_of_file = 0;
  while (demuxer.read(*packet)) ++packets;
  while (file.read(*packet)) ++packets_of_file;
  CHECK(packets == packets_of_file);
  bool taken_up = false;
  for (const SeenRequest& request : server.requests()) taken_up = taken_up || test::asked_range(request).first == half;
  CHECK(taken_up);
}

TEST_CASE("a connection that drops again before anything came is a network error") {
  const std::string clip = read_file(test::fixture(kRangedClip));
  RawServer server;
  server.otherwise([&](const SeenRequest& request) {
    const std::size_t first = test::asked_range(request).first;
    return test::part_head(first, clip.size() - 1, clip.size(), "Connection: close\r\n");  // promises a body
  });
  try {
    (void)probe(server.url("/clip.mp4?X-Signature=secret"));
    FAIL("probed");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::network);
    CHECK(error.retryable());
    CHECK(std::string{error.what()}.find("secret") == std::string::npos);
  }
  CHECK(server.requests().size() <= 4);
}

TEST_CASE("a server without ranges is read once, however often the clip is looked at") {
  const std::string clip = with_gap(4096);  // its index at the end can't be reached otherwise
  RawServer server;
  server.otherwise([&](const SeenRequest&) { return test::answer(200, clip, "audio/mp4", "Connection: close\r\n"); });
  const Source source = server.url("/clip.m4a");
  const MediaInfo info = probe(source);
  REQUIRE(info.audio);
  CHECK(info.audio->samples == probe(test::fixture("audio_only.m4a")).audio->samples);
  CHECK(probe(source).audio->samples == info.audio->samples);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a download without ranges that breaks off is started once more") {
  const std::string clip = read_file(test::fixture(kRangedClip));
  const std::string whole = test::answer(200, clip, "video/mp4", "Connection: close\r\n");
  RawServer server;
  server.script(
      {test::step::read_request(), test::step::send(whole.substr(0, whole.size() / 2)), test::step::half_close()});
  server.otherwise([&](const SeenRequest&) { return whole; });
  CHECK(probe(server.url("/clip.mp4")).video->frames == probe(test::fixture(kRangedClip)).video->frames);
  CHECK(server.requests().size() == 2);
}

TEST_CASE("a redirect is followed to another http address, with ranges") {
  const std::string clip = read_file(test::fixture(kRangedClip));
  RawServer server;
  server.otherwise([&](const SeenRequest& request) {
    if (request.target == "/moved.mp4") return test::answer(302, "", "text/plain", "Location: /clip.mp4\r\n");
    return ranged(clip, request);
  });
  CHECK(probe(server.url("/moved.mp4")).video->frames == probe(test::fixture(kRangedClip)).video->frames);
}

}  // namespace
}  // namespace react1
