// SPDX-License-Identifier: Apache-2.0
// One HTTP exchange as a port: what is asked, what came back, and how it can fail without any answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <react1/run_context.hpp>

#include "http/message/address.hpp"
#include "http/message/headers.hpp"

namespace react1::http {

enum class Method { get, post, put };
[[nodiscard]] std::string_view to_string(Method method) noexcept;

/// No body at all: no Content-Length is sent either.
struct NoBody {};

/// May be empty: "Content-Length: 0" is sent then.
struct TextBody {
  std::string text;
};

class BodyDigest;  // body_files.hpp

/// Streamed from the disk.
struct FileBody {
  std::string path;
  std::int64_t offset = 0;
  std::optional<std::int64_t> length{};  ///< nullopt: to the end, as measured when the exchange starts
  std::shared_ptr<BodyDigest> digest{};  ///< where given: of the bytes that the last attempt sent
};

/// The answer's body goes to Response::body.
struct TextSink {
  /// Of the body as it is handed on, after decoding. An answer above this is stopped while it streams:
  /// TransportFailure{too_large}.
  std::int64_t max_bytes = 16 << 20;
  /// An answer above max_bytes is a Response with its first max_bytes; what arrived of one that broke off is kept in
  /// TransportFailure::body. For large pieces of files: large buffers, HTTP/1.1.
  bool keep_part = false;
};

/// A 2xx body goes into a file (created when missing); any other status's body goes to Response::body, its first 64
/// KiB.
struct FileSink {
  std::string path;
  std::int64_t max_bytes = 0;
  /// The file already holds this many bytes of the same resource and the request carries a matching Range: a 206 is
  /// appended there, a 200 starts the file from nothing.
  std::int64_t resume_at = 0;
  /// An open file to write to in place of the one at `path`, which is then for messages; stays open. -1: none.
  int descriptor = -1;
};

/// A 2xx body without a foreseeable end is handed on as it comes; any other status's body, and a 2xx of another media
/// type, go to Response::body, the first 64 KiB.
struct StreamSink {
  /// The next bytes, cut anywhere. False: enough, the exchange ends well with what it has. Thread: as for
  /// ProgressCallback.
  std::function<bool(std::string_view)> on_piece;
  std::string media_type{};  ///< e.g. "text/event-stream"; empty: any
  /// Bytes that may wait for the receiver. Above that the server is made to wait (the connection is not read).
  std::int64_t max_buffered = 256 << 10;
};

/// At most this often does Transport::perform() tell progress: whoever looks sees no more, and each time takes a thread
/// from its sleep.
inline constexpr std::chrono::milliseconds kBetweenReports{100};

/// How far an exchange is. Transport::perform() calls it on its caller's thread, at most every kBetweenReports and with
/// what there was at the end; Engine::start() calls it on the loop's, for every piece.
using ProgressCallback = std::function<void(std::int64_t done, std::optional<std::int64_t> total)>;

struct GatePolicy;       // host_gate.hpp
struct NetworkSettings;  // network.hpp

/// The way between here and the server that was meant.
enum class Way {
  direct,
  tunnel,       ///< through a proxy that carries bytes and sees none of them (CONNECT, SOCKS)
  plain_proxy,  ///< plain http through a proxy, which takes the request and may answer it itself
};

struct Request {
  Method method = Method::get;
  std::string url;          ///< http or https
  bool plain_http = false;  ///< plain http may go anywhere; otherwise it is performed for loopback hosts only
  Headers headers{};
  std::variant<NoBody, TextBody, FileBody> body{};
  std::variant<TextSink, FileSink, StreamSink> sink{};
  std::chrono::milliseconds connect_timeout{15'000};  ///< name, connection and TLS together
  std::chrono::milliseconds stall_timeout{60'000};    ///< no byte in either direction for this long
  /// The whole exchange. For small answers, where a server that drips a byte now and then must not hold us for ever.
  std::optional<std::chrono::milliseconds> total_timeout{};
  /// Follow up to ten redirects of a GET, or of a PUT (307 and 308, where all of it is sent again), http(s) only, never
  /// from https to http, never from the internet into a private network or from elsewhere to this machine; what counts
  /// is the address that was or would be connected to. Not allowed together with an Authorization header:
  /// Error{internal}.
  bool follow_redirects = false;
  /// Ask for whatever Content-Encoding can be decoded here, and decode it; limits count decoded bytes. Otherwise the
  /// body is asked for as it is ("identity"), and one that is encoded all the same comes as it came.
  bool decode = false;
  /// The request must reach a server at most once. It then travels alone on a connection of its own.
  bool at_most_once = false;
  /// What may be asked of the host at a time, together with everybody else in the process; null: no limits.
  std::shared_ptr<const GatePolicy> gate{};
  /// Proxies and certificates; null: no proxy, and the system's certificates.
  std::shared_ptr<const NetworkSettings> network{};
  /// Which addresses it may be connected to. Not known of a name that a proxy resolves.
  Reach reach = Reach::anywhere;
  /// The exchange has its turn at the host's gate and nothing of it has left. It goes on once the function returns; one
  /// that throws ends it unsent. Transport::perform() calls it on its caller's thread, where it may take its time;
  /// Engine::start() calls it on the loop's, and the exchange goes on with Engine::proceed().
  std::function<void()> on_turn{};
  ProgressCallback on_sent{};      ///< bytes of the body handed to the network
  ProgressCallback on_received{};  ///< bytes of a 2xx body, FileSink only
};

struct Response {
  int status = 0;
  Headers headers{};
  std::string body{};             ///< empty when a FileSink or StreamSink took it
  std::int64_t bytes = 0;         ///< of the body, as received in this exchange (with Request::decode: decoded)
  std::string effective_url{};    ///< after redirects
  Reach reach = Reach::anywhere;  ///< how far effective_url was allowed to lead; for asking there again
  Way way = Way::direct;          ///< with Way::plain_proxy the proxy may have written all of this

  [[nodiscard]] bool ok() const noexcept { return status >= 200 && status < 300; }
};

/// No usable answer came. Not an exception: whether that matters is the caller's knowledge.
struct TransportFailure {
  enum class Kind {
    resolve,          ///< the name has no address
    connect,          ///< nobody listens, or no route
    tls,              ///< the handshake broke
    certificate,      ///< the server is not who it should be
    proxy,            ///< the proxy opened no tunnel to the server, for now
    proxy_refused,    ///< the proxy does not want to: no credentials, not allowed
    timeout_connect,  ///< name, connection and TLS took too long
    timeout_total,
    stalled,         ///< connected, then silence
    reset,           ///< the connection ended before an answer
    truncated_body,  ///< the answer ended before its announced length
    too_large,       ///< the answer was above its cap and was not read to the end
    protocol,        ///< not HTTP, or not an URL or redirect that may be followed
    local_resource,  ///< no memory, descriptor or socket is left on this machine
    local_read,      ///< our own file could not be read
    local_write,     ///< our own file could not be written
    interrupted,     ///< RunContext::stop
  };
  Kind kind = Kind::connect;
  /// False only when no byte of the request can have reached a server: unresolved, unconnected, no tunnel, no TLS
  /// session. What a proxy is asked to open a tunnel is no part of the request.
  bool request_may_have_been_received = true;
  std::string detail{};         ///< for people; holds no secret
  std::optional<int> status{};  ///< when the answer's status line had arrived
  Headers headers{};            ///< of the answer, as far as they had arrived
  std::int64_t bytes = 0;       ///< of the body that had arrived (and, with a FileSink and a 2xx, were written)
  std::string body{};           ///< what had arrived of it, with TextSink::keep_part
  Way way = Way::direct;
  std::optional<int> proxy_status{};  ///< what a proxy answered when it was asked for a tunnel; `status` is never that
};
[[nodiscard]] std::string_view to_string(TransportFailure::Kind kind) noexcept;

using Outcome = std::variant<Response, TransportFailure>;

/// Performs exchanges. Thread-safe; blocking.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;
  /// A stop comes back as TransportFailure{interrupted} and not as an exception, because a caller that pays must still
  /// learn whether the request may have been received. perform_with_retry() turns it into Error{interrupted}.
  /// Throws Error{internal} for a request that contradicts itself.
  [[nodiscard]] virtual Outcome perform(const Request& request, const RunContext& context) = 0;
};

}  // namespace react1::http
