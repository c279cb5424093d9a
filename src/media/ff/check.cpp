// SPDX-License-Identifier: Apache-2.0
#include "media/ff/check.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "core/redact.hpp"
#include "media/ff/memory_limit.hpp"

namespace react1::media::ff {
namespace {

struct Cause {
  ErrorCode code;
  const char* message;
  const char* hint;
  bool retryable = false;
};

/// HTTP answers FFmpeg knows by name. A 4xx stays a 4xx, so only server errors are worth trying again.
std::optional<Cause> http_cause(int rc) {
  switch (rc) {
    case AVERROR_HTTP_BAD_REQUEST:
      return Cause{ErrorCode::network, "the server answered HTTP 400", "check the URL"};
    case AVERROR_HTTP_UNAUTHORIZED:
      return Cause{ErrorCode::network, "the server answered HTTP 401",
                   "give a URL that needs no login, or a signed one"};
    case AVERROR_HTTP_FORBIDDEN:
      return Cause{ErrorCode::network, "the server answered HTTP 403", "a signed URL may have expired: get a new one"};
    case AVERROR_HTTP_NOT_FOUND:
      return Cause{ErrorCode::network, "the server answered HTTP 404", "check the URL"};
    case AVERROR_HTTP_OTHER_4XX:
      return Cause{ErrorCode::network, "the server answered with an HTTP 4xx status", "check the URL"};
    case AVERROR_HTTP_SERVER_ERROR:
      return Cause{ErrorCode::network, "the server answered with an HTTP 5xx status", "try again later", true};
    default:
      return std::nullopt;
  }
}

std::optional<Cause> connection_cause(int rc) {
  switch (rc) {
    case AVERROR(ECONNREFUSED):
      return Cause{ErrorCode::network, "the connection was refused", "check host and port", true};
    case AVERROR(ECONNRESET):
    case AVERROR(EPIPE):
    case AVERROR(ECONNABORTED):
      return Cause{ErrorCode::network, "the connection broke", "try again", true};
    case AVERROR(ETIMEDOUT):
      return Cause{ErrorCode::network, "the connection timed out", "try again", true};
    case AVERROR(EHOSTUNREACH):
    case AVERROR(ENETUNREACH):
    case AVERROR(ENETDOWN):
    case AVERROR(EADDRNOTAVAIL):
      return Cause{ErrorCode::network, "the host can't be reached", "check the network", true};
    case AVERROR_PROTOCOL_NOT_FOUND:
      return Cause{ErrorCode::network, "the URL leads to a protocol that is not allowed", "give an http(s) URL"};
    default:
      return std::nullopt;
  }
}

std::optional<Cause> local_cause(int rc) {
  switch (rc) {
    case AVERROR(ENOENT):
      return Cause{ErrorCode::io, "no such file", "check the path"};
    case AVERROR(EACCES):
    case AVERROR(EPERM):
      return Cause{ErrorCode::io, "permission denied", "check the permissions of the file and its folder"};
    case AVERROR(EISDIR):
      return Cause{ErrorCode::io, "this is a folder, not a file", "name a file in it"};
    case AVERROR(ENOTDIR):
      return Cause{ErrorCode::io, "a part of the path is not a folder", "check the path"};
    case AVERROR(ENAMETOOLONG):
      return Cause{ErrorCode::io, "the path is too long", "use a shorter one"};
    case AVERROR(ENOSPC):
      return Cause{ErrorCode::io, "the disk is full", "free some space"};
    case AVERROR(EDQUOT):
      return Cause{ErrorCode::io, "the disk quota is used up", "free some space"};
    case AVERROR(EFBIG):
      return Cause{ErrorCode::io, "the file grew too large for the file system or a limit", "check ulimit -f"};
    case AVERROR(EROFS):
      return Cause{ErrorCode::io, "the file system is read-only", "choose another folder"};
    case AVERROR(EMFILE):
    case AVERROR(ENFILE):
      return Cause{ErrorCode::io, "too many files are open", "raise ulimit -n", true};
    case AVERROR(EAGAIN):
      return Cause{ErrorCode::io, "no more threads are available", "allow more (ulimit -u, ulimit -v)", true};
    case AVERROR(EIO):
      return Cause{ErrorCode::io, "reading or writing failed", "check the disk"};
    default:
      return std::nullopt;
  }
}

Cause cause_of(int rc, bool is_url) {
  if (rc == AVERROR_EXIT) return {ErrorCode::interrupted, "stopped", ""};
  if (const auto http = http_cause(rc)) return *http;
  if (const auto connection = connection_cause(rc)) return *connection;
  // For a URL, FFmpeg reports an unknown host, a failed TLS handshake and a body that ends early as EIO.
  if (is_url && rc == AVERROR(EIO)) {
    return {ErrorCode::network, "the source can't be reached, or it broke off", "check host and network", true};
  }
  if (const auto local = local_cause(rc)) return *local;
  // Encoders report a lack of memory as a failure of their library.
  const bool may_lack_memory = rc == AVERROR(ENOMEM) || rc == AVERROR_EXTERNAL || rc == AVERROR_UNKNOWN;
  if (may_lack_memory && is_short_of_memory()) {
    return {ErrorCode::io, "there is not enough memory",
            "allow more (ulimit -v, ulimit -d), or run fewer jobs at a time", true};
  }
  if (rc == AVERROR(ENOMEM)) {
    return {ErrorCode::media, "asks for more memory than is allowed", "the file is damaged; export it again"};
  }
  return {ErrorCode::media, "", ""};
}

}  // namespace

std::string error_text(int rc) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  if (av_strerror(rc, text.data(), text.size()) < 0) return "error " + std::to_string(rc);
  return text.data();
}

Error make_error(int rc, const char* what, const std::string& where) {
  const Cause cause = cause_of(rc, is_http_url(where));
  std::string message = *cause.message == '\0' ? std::string{what} + " failed" : std::string{cause.message};
  std::string detail = *cause.message == '\0' ? error_text(rc) : std::string{what} + ": " + error_text(rc);
  return Error{cause.code, where, std::move(message),
               Error::Extra{.detail = std::move(detail), .hint = cause.hint, .retryable = cause.retryable}};
}

int check(int rc, const char* what, const std::string& where) {
  if (rc < 0) throw make_error(rc, what, where);
  return rc;
}

AVRational to_av(const Rational& value) {
  constexpr std::int64_t most = std::numeric_limits<int>::max();
  if (value.num() > most || value.num() < -most || value.den() > most) {
    throw Error{
        ErrorCode::internal, "time",
        "the rational " + std::to_string(value.num()) + "/" + std::to_string(value.den()) + " does not fit FFmpeg's"};
  }
  return {static_cast<int>(value.num()), static_cast<int>(value.den())};
}

}  // namespace react1::media::ff
