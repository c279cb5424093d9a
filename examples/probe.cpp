// SPDX-License-Identifier: Apache-2.0
// What is in a media file: probe FILE [--json]
#include <react1/error.hpp>
#include <react1/json.hpp>
#include <react1/media.hpp>

#include <cstdio>
#include <exception>
#include <string>

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: probe FILE [--json]\n");
    return 2;
  }
  try {
    const react1::MediaInfo info = react1::probe(argv[1]);  // a path or a URL
    if (argc > 2 && std::string(argv[2]) == "--json") {
      const std::string document = react1::to_json(info);
      std::printf("%s\n", document.c_str());
      // Documents come back as values, here or in another program.
      return react1::from_json<react1::MediaInfo>(document).streams.size() == info.streams.size() ? 0 : 1;
    }
    if (const auto& video = info.video) {
      std::printf("video: %s, %d x %d, %s frames/s, %lld frames\n", video->codec.c_str(), video->display_width,
                  video->display_height, video->fps.to_decimal(3).c_str(), static_cast<long long>(video->frames));
    }
    if (const auto& audio = info.audio) {
      std::printf("audio: %s, %d Hz, %d channels, %s s\n", audio->codec.c_str(), audio->sample_rate, audio->channels,
                  audio->duration_s.to_decimal(3).c_str());
    }
    for (const react1::Warning& warning : info.warnings) std::printf("note: %s\n", warning.message.c_str());
    return 0;
  } catch (const react1::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    if (!error.hint().empty()) std::fprintf(stderr, "%s\n", error.hint().c_str());
    return react1::exit_code(error.code());
  } catch (const std::exception& error) {  // printing itself has failed
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
