// SPDX-License-Identifier: Apache-2.0
#include "media/source/source_bytes.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include <react1/error.hpp>

#include "core/redact.hpp"
#include "media/ff/check.hpp"
#include "media/source/origin.hpp"
#include "media/source/spool.hpp"

namespace react1::media {
namespace {

constexpr std::size_t block_size = std::size_t{1} << 18U;

Error empty_file(const std::string& name) {
  return {ErrorCode::media, name, "the file is empty", {.hint = "it may still be being written, or its copy failed"}};
}

/// False once the stop was requested or nothing came for too long.
bool wait_for_input(ff::Interrupt& interrupt) {
  constexpr int look_again_ms = 50;
  while (!interrupt.should_end()) {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&input, 1, look_again_ms);
    if (ready > 0) return true;  // reading reports an error or a hang-up
  }
  return false;
}

std::shared_ptr<Bytes> spool_input(const std::string& name, const SourceOptions& options, ff::Interrupt& interrupt) {
  Spool spool(options, name);
  std::vector<std::byte> block(block_size);
  for (;;) {
    interrupt.begin();
    if (!wait_for_input(interrupt)) interrupt.throw_if_ended(name);
    const ssize_t got = ::read(STDIN_FILENO, block.data(), block.size());
    if (got == 0) return spool.finish();
    if (got < 0 && errno != EINTR && errno != EAGAIN) throw ff::make_error(AVERROR(errno), "reading", name);
    if (got > 0) spool.append(std::span{block}.first(static_cast<std::size_t>(got)));
  }
}

std::shared_ptr<Bytes> spool_reader(const SourceAccess::Origin& origin, const SourceOptions& options,
                                    ff::Interrupt& interrupt) {
  Spool spool(options, origin.name);
  std::vector<std::byte> block(block_size);
  for (;;) {
    interrupt.begin();
    interrupt.throw_if_ended(origin.name);
    const std::size_t got = call_reader(origin.reader, block, origin.name);
    if (got == 0) return spool.finish();
    spool.append(std::span{block}.first(got));
  }
}

/// A file that was redirected into the process, from its start: it needs no copy. Null for anything else.
std::shared_ptr<Bytes> redirected_file(const std::string& name) {
  struct stat status {};
  if (::fstat(STDIN_FILENO, &status) != 0) throw ff::make_error(AVERROR(errno), "opening", name);
  if (::isatty(STDIN_FILENO) == 1) {
    throw Error{ErrorCode::io, name, "is a terminal", Error::Extra{.hint = "pipe a file into it, or name one"}};
  }
  if (!S_ISREG(status.st_mode) || ::lseek(STDIN_FILENO, 0, SEEK_CUR) != 0) return nullptr;
  if (status.st_size == 0) throw empty_file(name);
  const int own = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  if (own < 0) throw ff::make_error(AVERROR(errno), "opening", name);
  return std::make_shared<FileBytes>(own, status.st_size, name);
}

/// For a missing path: "ftp://…" is an address.
void refuse_other_scheme(const std::string& path) {
  const std::string_view scheme = url_scheme(path);
  if (scheme.empty()) return;
  throw Error{ErrorCode::usage, redact_url(path), "only http and https addresses can be read",
              Error::Extra{.detail = "this one begins with " + std::string(scheme) + "://",
                           .hint = "fetch it with another program and name the file, or pipe it in and name \"-\""}};
}

}  // namespace

std::shared_ptr<Bytes> open_file(const std::string& path) {
  // Without waiting for the other end of a pipe.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    const int error = errno;
    if (error == ENOENT) refuse_other_scheme(path);
    throw ff::make_error(AVERROR(error), "opening", path);
  }
  struct stat status {};
  const int failed = ::fstat(descriptor, &status) == 0 ? 0 : errno;
  auto bytes = std::make_shared<FileBytes>(descriptor, status.st_size, path);
  if (failed != 0) throw ff::make_error(AVERROR(failed), "opening", path);
  if (S_ISDIR(status.st_mode)) throw ff::make_error(AVERROR(EISDIR), "opening", path);
  if (!S_ISREG(status.st_mode)) {
    throw Error{ErrorCode::io, path, "this is not a regular file",
                Error::Extra{.hint = "name a file on disk, or pipe it in and name \"-\""}};
  }
  if (status.st_size == 0) throw empty_file(path);
  return bytes;
}

std::shared_ptr<Bytes> local_bytes(const Source& source, const SourceOptions& options, ff::Interrupt& interrupt) {
  auto& origin = SourceAccess::origin(source);
  const auto once = [&](const SpooledOnce::Make& make) {
    return origin.spooled.get(origin.name, /*can_repeat=*/false, interrupt.stop(), make);
  };
  switch (source.kind()) {
    case Source::Kind::path:
      return open_file(source.address());
    case Source::Kind::standard_input:
      return once([&] {
        if (auto file = redirected_file(origin.name)) return file;
        return spool_input(origin.name, options, interrupt);
      });
    case Source::Kind::memory:
    case Source::Kind::reader:
      if (!origin.bytes) return once([&] { return spool_reader(origin, options, interrupt); });
      if (origin.bytes->size() == 0) throw Error{ErrorCode::media, origin.name, "is empty"};
      return origin.bytes;
    case Source::Kind::url:
      break;
  }
  throw Error{ErrorCode::internal, source.name(), "is no local source"};
}

}  // namespace react1::media
