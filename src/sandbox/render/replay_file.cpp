// SPDX-License-Identifier: Apache-2.0
#include "sandbox/render/replay_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include <react1/error.hpp>

#include "sandbox/clips/upright_picture.hpp"

namespace react1::sandbox {
namespace {

[[noreturn]] void fail(const std::filesystem::path& folder, const char* what) {
  throw Error{ErrorCode::io,
              folder.string(),
              what,
              {.detail = std::strerror(errno), .hint = "Bounce and loop keep pictures there; make room for them."}};
}

/// Calls `visit(row, bytes)` for every row of the picture, plane by plane.
template <class Visit>
void for_each_row(const AVFrame& picture, Visit&& visit) {
  for (int plane = 0; plane < 3; ++plane) {
    const int width = plane == 0 ? picture.width : (picture.width + 1) / 2;
    const int height = plane == 0 ? picture.height : (picture.height + 1) / 2;
    for (int y = 0; y < height; ++y) {
      visit(picture.data[plane] + static_cast<std::ptrdiff_t>(y) * picture.linesize[plane],
            static_cast<std::size_t>(width));
    }
  }
}

std::size_t picture_bytes(int width, int height) {
  const auto chroma = static_cast<std::size_t>((width + 1) / 2) * static_cast<std::size_t>((height + 1) / 2);
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height) + 2 * chroma;
}

}  // namespace

ReplayFile::ReplayFile(std::filesystem::path folder) : folder_(std::move(folder)) {}

ReplayFile::~ReplayFile() {
  if (fd_ >= 0) ::close(fd_);
}

void ReplayFile::open() {
  fd_ = ::open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd_ < 0) {  // file systems without O_TMPFILE
    std::string name = (folder_ / ".replay-XXXXXX").string();
    fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd_ < 0) fail(folder_, "no temporary file can be made there");
    ::unlink(name.c_str());
  }
}

void ReplayFile::put(std::int64_t number, const AVFrame& picture) {
  if (fd_ < 0) {
    open();
    width_ = picture.width;
    height_ = picture.height;
  }
  std::string bytes;
  bytes.reserve(picture_bytes(width_, height_));
  for_each_row(picture, [&](const std::uint8_t* row, std::size_t size) {
    bytes.append(reinterpret_cast<const char*>(row), size);  // NOLINT: bytes are bytes
  });
  const auto slot = static_cast<std::int64_t>(slots_.size());
  auto at = slot * static_cast<std::int64_t>(bytes.size());
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t written = ::pwrite(fd_, bytes.data() + done, bytes.size() - done, at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(folder_, "a temporary file there can't be written");
    done += static_cast<std::size_t>(written);
    at += written;
  }
  slots_[number] = slot;
}

media::ff::Frame ReplayFile::get(std::int64_t number) const {
  const auto found = slots_.find(number);
  if (found == slots_.end()) {
    throw Error{ErrorCode::internal, "replay", "picture " + std::to_string(number) + " was not kept"};
  }
  std::string bytes(picture_bytes(width_, height_), '\0');
  auto at = found->second * static_cast<std::int64_t>(bytes.size());
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t got = ::pread(fd_, bytes.data() + done, bytes.size() - done, at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail(folder_, "a temporary file there can't be read");
    done += static_cast<std::size_t>(got);
    at += got;
  }
  auto picture = blank_picture(width_, height_);
  const char* from = bytes.data();
  for_each_row(*picture, [&](std::uint8_t* row, std::size_t size) {
    std::memcpy(row, from, size);
    from += size;
  });
  return picture;
}

}  // namespace react1::sandbox
