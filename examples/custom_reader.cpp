// SPDX-License-Identifier: Apache-2.0
// A clip that is a part of another file, as in an archive: custom_reader FILE OFFSET SIZE
// Also shows where the library's log lines go.
#include <react1/error.hpp>
#include <react1/log_sink.hpp>
#include <react1/media.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <memory>
#include <span>
#include <string>

namespace {

/// SIZE bytes of a file from OFFSET on.
react1::Reader part_of(const std::string& path, std::int64_t offset, std::int64_t size) {
  // Shared by the two functions. The library calls them one at a time, though not always from the same thread.
  struct Part {
    std::ifstream file;
    std::int64_t offset, size, position = 0;
  };
  const auto part = std::make_shared<Part>();
  part->file.open(path, std::ios::binary);
  part->offset = offset;
  part->size = size;
  // An Error of one's own reaches the caller as it is.
  if (!part->file) throw react1::Error(react1::ErrorCode::io, path, "can't be opened");
  part->file.seekg(offset);

  react1::Reader reader;
  reader.size = size;  // with seek: the clip is read in place, without a copy on the disk
  reader.seek = [part](std::int64_t position) {
    part->file.clear();
    part->file.seekg(part->offset + position);
    part->position = position;
  };
  reader.read = [part, path](std::span<std::byte> buffer) -> std::size_t {
    const auto wanted = std::min<std::int64_t>(static_cast<std::int64_t>(buffer.size()), part->size - part->position);
    if (wanted <= 0) return 0;
    part->file.read(reinterpret_cast<char*>(buffer.data()), wanted);
    if (part->file.bad()) throw react1::Error(react1::ErrorCode::io, path, "can't be read");
    const auto got = part->file.gcount();
    part->position += got;
    return static_cast<std::size_t>(got);
  };
  return reader;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: custom_reader FILE OFFSET SIZE\n");
    return 2;
  }
  // Without a sink the library says nothing. FFmpeg's own lines come too, because this program leaves them to react1.
  react1::set_log_sink(
      [](const react1::LogRecord& record) {
        std::fprintf(stderr, "[%.*s] %.*s\n", static_cast<int>(record.component.size()), record.component.data(),
                     static_cast<int>(record.message.size()), record.message.data());
      },
      react1::LogLevel::debug);
  react1::take_ffmpeg_log();
  try {
    const std::string name = std::string("a part of ") + argv[1];
    const auto source = react1::Source::reader(part_of(argv[1], std::atoll(argv[2]), std::atoll(argv[3])), name);
    const react1::MediaInfo info = react1::probe(source);
    std::printf("%s: %s, %s s\n", source.name().c_str(), info.format.c_str(), info.duration_s.to_decimal(3).c_str());
    return 0;
  } catch (const react1::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return react1::exit_code(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
