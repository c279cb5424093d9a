// SPDX-License-Identifier: Apache-2.0
// Request and response of the HTTP server. Data only.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace react1::serve {

/// ASCII case-insensitive order: header names are equal whatever their case.
struct CaselessLess {
  using is_transparent = void;
  [[nodiscard]] bool operator()(std::string_view a, std::string_view b) const noexcept;
};

/// A repeated header is one entry, its values joined by ", ". Headers that must not repeat are refused then.
using Headers = std::map<std::string, std::string, CaselessLess>;
/// Decoded names and values; of a repeated name the first value counts.
using Query = std::map<std::string, std::string, std::less<>>;

/// What is known before the body arrives.
struct RequestHead {
  std::string method;    ///< as sent, e.g. "GET", "HEAD"
  std::string raw_path;  ///< as sent, percent-encoded, without the query
  std::string path;      ///< decoded
  Query query;
  Headers headers;
  std::optional<std::uint64_t> content_length;  ///< bytes; unknown for chunked bodies and none at all

  /// The header's value, "" when it is absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] bool has_header(std::string_view name) const { return headers.find(name) != headers.end(); }
  /// The query item's value, "" when it is absent.
  [[nodiscard]] std::string_view query_item(std::string_view name) const;
};

struct Request : RequestHead {
  std::string body;                 ///< when it went into memory
  std::filesystem::path body_file;  ///< when it went into a file: removed after the answer unless moved away
  std::uint64_t body_bytes = 0;
  std::shared_ptr<const void> note;  ///< BodyPlan::note, as the planner left it
};

/// A file as body. GET and HEAD honour Range and If-Range on it, and an ETag is added.
struct FileBody {
  std::filesystem::path path;
  std::optional<std::uint64_t> only_first{};  ///< serve this many bytes as if the file had no more
};

/// A body that is produced over time, in chunks: see serve/body_stream.hpp.
class BodyStream;
struct StreamBody {
  std::shared_ptr<BodyStream> stream;
};

/// `size` bytes that are generated while they are sent and not kept. `fill` runs on the server's thread.
struct GeneratedBody {
  std::uint64_t size = 0;
  std::function<void(std::uint64_t offset, std::span<char> into)> fill;
};

/// No answer at all: the connection ends with a FIN or a RST.
struct NoAnswer {
  bool reset = false;
};

/// Faults injected into an answer, for tests of clients. Lengths count bytes of the body.
struct InjectedFaults {
  enum class Cut { close, reset, stall };
  std::optional<std::uint64_t> cut_after{};  ///< no more than this is sent
  Cut cut_by = Cut::close;                   ///< then: a FIN, a RST, or nothing until the server ends
  /// Added to the Content-Length, which never falls below 0. The connection ends with the answer.
  std::int64_t content_length_add = 0;
  std::uint64_t drip_bytes = 0;             ///< > 0: this many at a time …
  std::chrono::milliseconds drip_every{0};  ///< … with this pause between
};

struct Response {
  int status = 200;
  Headers headers{};
  std::variant<std::string, FileBody, StreamBody, GeneratedBody, NoAnswer> body{};
  std::optional<InjectedFaults> faults{};
  /// Called once on the server's thread when the exchange is over: true when all of the answer was passed to
  /// the network. Whether the client read it is unknown.
  std::function<void(bool whole)> on_done{};
};

/// Where the body of a request goes.
struct BodyPlan {
  std::uint64_t max_bytes = std::uint64_t{1} << 20;  ///< a longer body is answered with 413
  std::filesystem::path file{};                      ///< empty: into memory; else created (and overwritten) here
  std::optional<Response> refuse{};                  ///< the answer at once: the body is dropped, the handler not asked
  std::shared_ptr<const void> note{};                ///< passed to the handler
  std::optional<std::uint64_t> reset_after{};        ///< for tests: a RST once this much of the body has arrived
};

[[nodiscard]] Response text_response(int status, std::string content_type, std::string text);

}  // namespace react1::serve
