// SPDX-License-Identifier: Apache-2.0
// One HTTP exchange as a port: request, response, and failures without an answer.
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
  /// Of the body as delivered, after decoding. An answer above this is stopped while it streams:
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
  /// An open file to write to; `path` is then only for messages. It stays open. -1: none.
  int descriptor = -1;
};

/// A 2xx body without a known end is delivered as it arrives; any other status's body, and a 2xx of another media
/// type, go to Response::body, the first 64 KiB.
struct StreamSink {
  /// The next bytes, cut anywhere. False: the exchange ends successfully with what it has. Thread: as for
  /// ProgressCallback.
  std::function<bool(std::string_view)> on_piece;
  std::string media_type{};  ///< e.g. "text/event-stream"; empty: any
  /// Bytes that may wait for the receiver. Above that the connection is not read.
  std::int64_t max_buffered = 256 << 10;
};

/// The shortest interval between progress reports of Transport::perform(): more is not visible, and each one
/// wakes a thread.
inline constexpr std::chrono::milliseconds kBetweenReports{100};

/// Progress of an exchange. Transport::perform() calls it on its caller's thread, at most every
/// kBetweenReports and once at the end; Engine::start() calls it on the loop's, for every piece.
using ProgressCallback = std::function<void(std::int64_t done, std::optional<std::int64_t> total)>;

struct GatePolicy;       // host_gate.hpp
struct NetworkSettings;  // network.hpp

/// The path to the requested server.
enum class Way {
  direct,
  tunnel,       ///< through a proxy that only forwards bytes (CONNECT, SOCKS)
  plain_proxy,  ///< plain http through a proxy, which may answer the request itself
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
  /// The whole exchange. For small answers, so that a server that sends single bytes can't block us.
  std::optional<std::chrono::milliseconds> total_timeout{};
  /// Follow up to ten redirects of a GET, or of a PUT (307 and 308, where all of it is sent again), http(s) only, never
  /// from https to http, never from the internet into a private network or from elsewhere to this machine; the
  /// connected address is what counts. Not allowed together with an Authorization header:
  /// Error{internal}.
  bool follow_redirects = false;
  /// Ask for whatever Content-Encoding can be decoded here, and decode it; limits count decoded bytes. Otherwise the
  /// body is requested unencoded ("identity"), and one that is encoded nevertheless is delivered encoded.
  bool decode = false;
  /// The request must reach a server at most once. It is then sent alone on its own connection.
  bool at_most_once = false;
  /// The host's limits, shared with all requests of the process; null: no limits.
  std::shared_ptr<const GatePolicy> gate{};
  /// Proxies and certificates; null: no proxy, and the system's certificates.
  std::shared_ptr<const NetworkSettings> network{};
  /// Which addresses it may be connected to. Can't be checked for a name that a proxy resolves.
  Reach reach = Reach::anywhere;
  /// The exchange has its turn at the host's gate and nothing was sent yet. It continues once the
  /// function returns; an exception ends it unsent. Transport::perform() calls it on its caller's thread, where it may
  /// block; Engine::start() calls it on the loop's, and Engine::proceed() continues the exchange.
  std::function<void()> on_turn{};
  ProgressCallback on_sent{};      ///< bytes of the body passed to the network
  ProgressCallback on_received{};  ///< bytes of a 2xx body, FileSink only
};

struct Response {
  int status = 0;
  Headers headers{};
  std::string body{};             ///< empty when a FileSink or StreamSink took it
  std::int64_t bytes = 0;         ///< of the body, as received in this exchange (with Request::decode: decoded)
  std::string effective_url{};    ///< after redirects
  Reach reach = Reach::anywhere;  ///< the reach of effective_url; for requesting it again
  Way way = Way::direct;          ///< with Way::plain_proxy the proxy may have written all of this

  [[nodiscard]] bool ok() const noexcept { return status >= 200 && status < 300; }
};

/// There was no usable answer. Not an exception: the caller decides what it means.
struct TransportFailure {
  enum class Kind {
    resolve,          ///< the name has no address
    connect,          ///< no listener, or no route
    tls,              ///< the handshake broke
    certificate,      ///< the server's certificate is not accepted
    proxy,            ///< the proxy opened no tunnel to the server, for now
    proxy_refused,    ///< the proxy refused: no credentials, not allowed
    timeout_connect,  ///< name, connection and TLS took too long
    timeout_total,
    stalled,         ///< connected, then no data
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
  /// session. The request to a proxy for a tunnel does not count.
  bool request_may_have_been_received = true;
  std::string detail{};         ///< for people; holds no secret
  std::optional<int> status{};  ///< when the answer's status line had arrived
  Headers headers{};            ///< of the answer, as far as they had arrived
  std::int64_t bytes = 0;       ///< of the body that had arrived (and, with a FileSink and a 2xx, were written)
  std::string body{};           ///< what had arrived of it, with TextSink::keep_part
  Way way = Way::direct;
  std::optional<int> proxy_status{};  ///< a proxy's answer to the request for a tunnel; never in `status`
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
  /// A stop is returned as TransportFailure{interrupted} and not thrown, because a caller that pays must
  /// know whether the request may have been received. perform_with_retry() turns it into Error{interrupted}.
  /// Throws Error{internal} for a request that contradicts itself.
  [[nodiscard]] virtual Outcome perform(const Request& request, const RunContext& context) = 0;
};

}  // namespace react1::http
