// SPDX-License-Identifier: Apache-2.0
// Clips behind URLs, from the first look to the prepared clip: how often their servers are asked.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include <react1/error.hpp>
#include <react1/pipeline.hpp>

#include "core/atomic_file.hpp"
#include "support/caught.hpp"
#include "support/file_server.hpp"
#include "support/paths.hpp"
#include "support/raw_server.hpp"

using namespace react1;  // NOLINT(google-build-using-namespace): a test of the library's own names
using test::RawServer;
using test::SeenRequest;

namespace {

/// An MP4 whose index comes last, with `gap` bytes of nothing before it.
std::string with_gap(const std::string& fixture, std::size_t gap) {
  std::string file = read_file(test::fixture(fixture));
  const std::size_t index = file.rfind("moov") - 4;
  std::string nothing(gap, '\0');
  for (std::size_t i = 0; i < 4; ++i) nothing[i] = static_cast<char>(gap >> (24 - 8 * i));
  nothing.replace(4, 4, "free");
  return file.insert(index, nothing);
}

Preparation prepared(const Source& video, const Source& audio) {
  const TemporaryDirectory folder;
  return prepare(video, audio, (folder.path() / "out").string(), PipelineOptions{}, RunContext{});
}

}  // namespace

TEST_CASE("clips with their index at the end are prepared with a handful of requests, like the files") {
  const std::string video = with_gap("presenter_h264_bframes_25fps_6s_audio.mp4", std::size_t{24} << 20);
  const std::string audio = read_file(test::fixture("voice_mono_48k_5s.wav"));
  RawServer server;
  server.otherwise([&](const SeenRequest& request) {
    return test::file_answer(request.target.starts_with("/v") ? video : audio, request, "ETag: \"1\"\r\n");
  });
  const Preparation of_url = prepared(server.url("/v.mp4?sig=secret"), server.url("/a.wav?sig=secret"));
  const Preparation of_file =
      prepared(test::fixture("presenter_h264_bframes_25fps_6s_audio.mp4"), test::fixture("voice_mono_48k_5s.wav"));
  CHECK(of_url.video.sha256 == of_file.video.sha256);
  CHECK(of_url.audio.sha256 == of_file.audio.sha256);
  CHECK(server.count("GET", "/v") <= 3);
  CHECK(server.count("GET", "/a") <= 2);
  CHECK(server.bytes_sent() < std::int64_t{5} << 20);
}

TEST_CASE("a clip that changes between probe and making is an error of its own") {
  const std::string video = with_gap("presenter_h264_bframes_25fps_6s_audio.mp4", std::size_t{60} << 20);
  RawServer server;
  int asked = 0;
  server.otherwise([&](const SeenRequest& request) {
    return test::file_answer(video, request, ++asked < 2 ? "ETag: \"1\"\r\n" : "ETag: \"2\"\r\n");
  });
  const Error error = test::caught_from(
      [&] { static_cast<void>(prepared(server.url("/v.mp4?sig=secret"), test::fixture("voice_mono_48k_5s.wav"))); });
  CHECK(error.code() == ErrorCode::network);
  CHECK(error.message().find("changed while it was read") != std::string::npos);
  CHECK(std::string{error.what()}.find("secret") == std::string::npos);
}

TEST_CASE("a clip behind a server without ranges is fetched once for all that is done with it") {
  const std::string video = read_file(test::fixture("presenter_h264_25fps_6s.mp4"));
  RawServer server;
  server.otherwise([&](const SeenRequest&) { return test::answer(200, video, "video/mp4"); });
  const Preparation made = prepared(server.url("/v.mp4"), test::fixture("voice_mono_48k_5s.wav"));
  CHECK(made.video.sha256 ==
        prepared(test::fixture("presenter_h264_25fps_6s.mp4"), test::fixture("voice_mono_48k_5s.wav")).video.sha256);
  CHECK(server.requests().size() == 1);
}
