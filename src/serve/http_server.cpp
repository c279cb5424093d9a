// SPDX-License-Identifier: Apache-2.0
#include "serve/http_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <utility>
#include <vector>

#include <react1/error.hpp>

#include "core/log.hpp"
#include "core/number.hpp"
#include "serve/exchange.hpp"
#include "serve/framing.hpp"
#include "serve/target.hpp"

namespace react1::serve {
namespace {

constexpr const char* component = "serve";
constexpr std::chrono::milliseconds farewell{500};
constexpr int backlog = 128;
constexpr unsigned spare_connections = 16;  // while others are being ended

Response plain(int status, const char* text) {
  return text_response(status, "text/plain", text);
}

MHD_Result collect_header(void* closure, MHD_ValueKind /*kind*/, const char* name, const char* value) noexcept {
  try {
    static_cast<RawHeaders*>(closure)->emplace_back(name, value != nullptr ? value : "");
    return MHD_YES;
  } catch (const std::exception&) {
    return MHD_NO;
  }
}

Headers joined(const RawHeaders& raw) {
  Headers headers;
  for (const auto& [name, value] : raw) {
    const auto [entry, is_new] = headers.emplace(name, value);
    if (!is_new) entry->second += ", " + value;
  }
  return headers;
}

/// Ends the connection: where the next request begins is unknown.
Response unclear(std::string_view fault) {
  Response response = text_response(400, "text/plain", fmt::format("the request is ambiguous: {}\n", fault));
  response.headers.emplace("Connection", "close");
  return response;
}

std::string name_of(const std::string& address, std::uint16_t port) {
  return fmt::format("{}:{}", address, port);
}

ConnectionLimits within_descriptors(ConnectionLimits limits) noexcept {
  limits.most = connections_within_descriptors(limits.most);
  return limits;
}

/// A listening socket on `wanted` (0: any free port), `port` being the one it got. Our own rather than libmicrohttpd's,
/// which does not report why it could not listen (1.0 loses the errno).
int listen_on(const std::string& where, std::uint16_t wanted, std::uint16_t& port) {
  in_addr numeric{};
  if (::inet_pton(AF_INET, where.c_str(), &numeric) != 1)
    throw Error{ErrorCode::usage, where, "is not an IPv4 address", {.hint = "such as 127.0.0.1, or 0.0.0.0 for all."}};
  const auto refuse = [&where, wanted](int cause) {
    return Error{ErrorCode::io,
                 name_of(where, wanted),
                 "the port can't be listened on",
                 {.detail = std::strerror(cause), .hint = "Choose another port, or 0 for any free one."}};
  };
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, /*protocol=*/0);
  if (listener < 0) throw refuse(errno);
  const int on = 1;  // a port whose last user left a connection in TIME_WAIT is free
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr = numeric;
  address.sin_port = htons(wanted);
  socklen_t size = sizeof(address);
  auto* const name = reinterpret_cast<sockaddr*>(&address);  // NOLINT(*-reinterpret-cast): the socket API
  if (::bind(listener, name, size) != 0 || ::listen(listener, backlog) != 0 ||
      ::getsockname(listener, name, &size) != 0) {
    const int cause = errno;
    ::close(listener);
    throw refuse(cause);
  }
  port = ntohs(address.sin_port);
  return listener;
}

}  // namespace

struct HttpServer::Impl {
  Impl(HttpServerOptions with, Planner plan, Handler handle)
      : options(std::move(with)), planner(std::move(plan)), handler(std::move(handle)) {}

  void start();
  void stop();
  /// Ends late connections periodically, for as long as there are any.
  void watch_deadlines();

  /// The libmicrohttpd callback: called with the head, then with each piece of the body, then once at its end,
  /// and once more after a resume.
  MHD_Result step(MHD_Connection* connection, Exchange& exchange, const char* method, const char* data,
                  std::size_t& size);
  MHD_Result take_head(MHD_Connection* connection, Exchange& exchange, const char* method);
  void open_body_file(Exchange& exchange, const std::filesystem::path& file) const;
  void handle(Exchange& exchange, const std::shared_ptr<Exchange>& owner);
  MHD_Result finish(MHD_Connection* connection, Exchange& exchange) const;

  static void* on_target(void* self, const char* target, MHD_Connection* connection) noexcept;
  static MHD_Result on_step(void* self, MHD_Connection* connection, const char* url, const char* method,
                            const char* version, const char* data, std::size_t* size, void** exchange) noexcept;
  static MHD_Result on_accept(void* self, const sockaddr* peer, socklen_t size) noexcept;
  static void on_connection(void* self, MHD_Connection* connection, void** context,
                            MHD_ConnectionNotificationCode what) noexcept;
  static void on_completed(void* self, MHD_Connection* connection, void** exchange,
                           MHD_RequestTerminationCode how) noexcept;

  const HttpServerOptions options;
  const Planner planner;
  const Handler handler;
  const std::shared_ptr<Shared> shared = std::make_shared<Shared>();
  Connections connections{within_descriptors(options.connections)};
  std::atomic<bool> watching{false};
  MHD_Daemon* daemon = nullptr;
  std::uint16_t port = 0;
};

MHD_Result HttpServer::Impl::on_accept(void* self, const sockaddr* peer, socklen_t /*size*/) noexcept {
  try {
    return static_cast<Impl*>(self)->connections.admits(peer) ? MHD_YES : MHD_NO;
  } catch (const std::exception&) {
    return MHD_NO;
  }
}

void HttpServer::Impl::on_connection(void* self, MHD_Connection* connection, void** /*context*/,
                                     MHD_ConnectionNotificationCode what) noexcept {
  auto& impl = *static_cast<Impl*>(self);
  const int socket = socket_of(connection);
  if (what == MHD_CONNECTION_NOTIFY_CLOSED) return impl.connections.closed(socket);
  try {
    const auto* facts = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    impl.connections.opened(socket, facts != nullptr ? facts->client_addr : nullptr, std::chrono::steady_clock::now());
    if (!impl.watching.exchange(true)) impl.watch_deadlines();
  } catch (const std::exception&) {
    ::shutdown(socket, SHUT_RDWR);
  }
}

void HttpServer::Impl::watch_deadlines() {
  // Runs on the timer's thread, which ends before this object does.
  const auto next = connections.end_late_ones(std::chrono::steady_clock::now());
  if (!next) {
    watching = false;
    // A connection that arrived in between has seen `watching` and relies on us.
    if (!connections.end_late_ones(std::chrono::steady_clock::now()) || watching.exchange(true)) return;
  }
  const auto pause = std::max(std::chrono::milliseconds{10}, options.connections.head / 4);
  shared->timer.after(pause, [this] { watch_deadlines(); });
}

void* HttpServer::Impl::on_target(void* self, const char* target, MHD_Connection* connection) noexcept {
  try {
    auto& impl = *static_cast<Impl*>(self);
    impl.connections.request_line_came(socket_of(connection), std::chrono::steady_clock::now());
    auto exchange = std::make_shared<Exchange>(impl.shared);
    exchange->target = target;
    auto* address = exchange.get();
    const std::lock_guard lock{impl.shared->mutex};
    impl.shared->open.emplace(address, std::move(exchange));
    return address;
  } catch (const std::exception&) {
    return nullptr;  // on_step then closes the connection
  }
}

MHD_Result HttpServer::Impl::on_step(void* self, MHD_Connection* connection, const char* /*url*/, const char* method,
                                     const char* /*version*/, const char* data, std::size_t* size,
                                     void** exchange) noexcept {
  try {
    if (*exchange == nullptr) return MHD_NO;
    return static_cast<Impl*>(self)->step(connection, *static_cast<Exchange*>(*exchange), method, data, *size);
  } catch (const std::exception& error) {
    try {
      log::error(component, error.what());
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): there is no caller to report to
    }
    return MHD_NO;
  }
}

void HttpServer::Impl::on_completed(void* self, MHD_Connection* connection, void** exchange,
                                    MHD_RequestTerminationCode how) noexcept {
  auto& impl = *static_cast<Impl*>(self);
  impl.connections.answered(socket_of(connection), std::chrono::steady_clock::now());
  std::shared_ptr<Exchange> last;  // released after the lock: its end may take the lock again
  {
    const std::lock_guard lock{impl.shared->mutex};
    const auto found = impl.shared->open.find(static_cast<Exchange*>(*exchange));
    if (found != impl.shared->open.end()) {
      last = std::move(found->second);
      impl.shared->open.erase(found);
      impl.shared->completed.notify_all();
    }
    *exchange = nullptr;
  }
  if (last) last->end(how == MHD_REQUEST_TERMINATED_COMPLETED_OK);
}

MHD_Result HttpServer::Impl::step(MHD_Connection* connection, Exchange& exchange, const char* method, const char* data,
                                  std::size_t& size) {
  if (exchange.phase == Exchange::Phase::head) {
    exchange.phase = Exchange::Phase::body;
    connections.head_came(socket_of(connection), std::chrono::steady_clock::now());
    return take_head(connection, exchange, method);
  }
  if (size > 0) {
    receive_body(exchange, data, std::exchange(size, 0));
    if (exchange.reset_after && exchange.request.body_bytes >= *exchange.reset_after) {
      reset_connection(connection);
      return MHD_NO;
    }
    const bool endless = exchange.drop_body && exchange.request.body_bytes > exchange.max_body + options.max_discard;
    return endless ? MHD_NO : MHD_YES;
  }
  if (exchange.phase == Exchange::Phase::body) {
    exchange.phase = Exchange::Phase::handled;
    connections.body_came(socket_of(connection));
    std::shared_ptr<Exchange> owner;
    {
      const std::lock_guard lock{shared->mutex};
      owner = shared->open.at(&exchange);
    }
    handle(exchange, owner);
  }
  return finish(connection, exchange);
}

MHD_Result HttpServer::Impl::take_head(MHD_Connection* connection, Exchange& exchange, const char* method) {
  auto& request = exchange.request;
  request.method = method;
  RawHeaders raw;
  MHD_get_connection_values(connection, MHD_HEADER_KIND, &collect_header, &raw);
  if (const auto fault = framing_fault(raw); !fault.empty()) {
    exchange.drop_body = true;
    const std::lock_guard lock{shared->mutex};
    return queue_response(connection, exchange, unclear(fault));
  }
  request.headers = joined(raw);
  request.content_length = read_number<std::uint64_t>(request.header("Content-Length"));
  auto target = parse_target(exchange.target);
  if (!target) {
    answer(exchange, plain(400, "the request target can't be decoded\n"));
    exchange.max_body = options.max_discard;
    return MHD_YES;
  }
  request.raw_path = std::move(target->raw_path);
  request.path = std::move(target->path);
  request.query = std::move(target->query);

  BodyPlan plan;
  try {
    plan = planner ? planner(request) : BodyPlan{};
  } catch (const std::exception& error) {
    log::error(component, fmt::format("{} {}: {}", request.method, request.raw_path, error.what()));
    answer(exchange, plain(500, "internal error\n"));
  }
  exchange.max_body = plan.max_bytes;
  exchange.reset_after = plan.reset_after;
  request.note = std::move(plan.note);
  exchange.too_large = request.content_length.value_or(0) > plan.max_bytes;
  exchange.drop_body = exchange.too_large || plan.refuse;
  const Response refusal = plan.refuse ? *plan.refuse : plain(413, "the body is too large\n");
  if (exchange.drop_body) {
    // A client that asks first, or one whose body is too long to be read, is answered now and closed.
    if (request.has_header("Expect") || request.content_length.value_or(0) > options.max_discard) {
      const std::lock_guard lock{shared->mutex};
      return queue_response(connection, exchange, refusal);
    }
    answer(exchange, refusal);
  } else if (!plan.file.empty()) {
    open_body_file(exchange, plan.file);
  }
  return MHD_YES;
}

void HttpServer::Impl::open_body_file(Exchange& exchange, const std::filesystem::path& file) const {
  exchange.body_out = Descriptor{::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (exchange.body_out.is_open()) {
    exchange.body_file = file;
    exchange.request.body_file = file;
  } else {
    exchange.body_errno = errno;
  }
}

void HttpServer::Impl::handle(Exchange& exchange, const std::shared_ptr<Exchange>& owner) {
  exchange.body_out.close();
  if (exchange.too_large) answer(exchange, plain(413, "the body is too large\n"));
  if (exchange.body_errno != 0) {
    log::error(component, fmt::format("the body of {} {} can't be stored: {}", exchange.request.method,
                                      exchange.request.raw_path, std::strerror(exchange.body_errno)));
    answer(exchange, plain(exchange.body_errno == ENOSPC ? 507 : 500, "the body can't be stored\n"));
  }
  {
    const std::lock_guard lock{shared->mutex};
    if (exchange.response) return;
  }
  try {
    handler(exchange.request, Reply{owner});
  } catch (const std::exception& error) {
    log::error(component, fmt::format("{} {}: {}", exchange.request.method, exchange.request.raw_path, error.what()));
    answer(exchange, plain(500, "internal error\n"));
  }
}

MHD_Result HttpServer::Impl::finish(MHD_Connection* connection, Exchange& exchange) const {
  const std::lock_guard lock{shared->mutex};
  if (!exchange.response && shared->stopping) exchange.response = plain(503, "the server is stopping\n");
  if (exchange.response) return queue_response(connection, exchange, *exchange.response);
  exchange.suspended = connection;
  MHD_suspend_connection(connection);
  return MHD_YES;
}

void HttpServer::Impl::start() {
  const int listener = listen_on(options.address, options.port, port);
  // poll rather than epoll, which can leave requests unanswered for as long as a connection may idle: libmicrohttpd
  // asks for 128 events at most and, having got just 128, sleeps for more before it looks at the ones it has (MHD_epoll
  // in its daemon.c; read in 0.9.75 and 1.0.1, measured with 0.9.75). A suspended connection, such as an idle stream,
  // is not polled, so a thousand of them cost nothing.
  daemon = MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, port, &Impl::on_accept, this,
                            &Impl::on_step, this,                                                                 //
                            MHD_OPTION_LISTEN_SOCKET, listener,                                                   //
                            MHD_OPTION_URI_LOG_CALLBACK, &Impl::on_target, this,                                  //
                            MHD_OPTION_NOTIFY_COMPLETED, &Impl::on_completed, this,                               //
                            MHD_OPTION_NOTIFY_CONNECTION, &Impl::on_connection, this,                             //
                            MHD_OPTION_CONNECTION_LIMIT, connections.limits().most + spare_connections,           //
                            MHD_OPTION_STRICT_FOR_CLIENT, 1,                                                      //
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, options.connection_memory,                        //
                            MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(options.stall_timeout.count()),  //
                            MHD_OPTION_END);
  if (daemon == nullptr) {
    // The listener is libmicrohttpd's from the call on: some of its failures have closed it, so it isn't touched again.
    throw Error{ErrorCode::internal, name_of(options.address, port), "the HTTP server can't be started"};
  }
}

void HttpServer::Impl::stop() {
  if (daemon == nullptr) return;
  const MHD_socket listener = MHD_quiesce_daemon(daemon);
  std::vector<std::shared_ptr<Exchange>> waiting;
  std::vector<std::shared_ptr<Feed>> feeds;
  {
    const std::lock_guard lock{shared->mutex};
    shared->stopping = true;
    for (const auto& [address, exchange] : shared->open) {
      if (exchange->suspended != nullptr) waiting.push_back(exchange);
      if (exchange->feed) feeds.push_back(exchange->feed);
    }
  }
  for (const auto& exchange : waiting) answer(*exchange, plain(503, "the server is stopping\n"));
  for (const auto& feed : feeds) feed->stop();
  {
    // Stopping libmicrohttpd drops connections, so answers in progress get a moment to be sent.
    std::unique_lock lock{shared->mutex};
    shared->completed.wait_for(lock, farewell, [this] { return shared->open.empty(); });
  }
  waiting.clear();
  shared->timer.stop();
  MHD_stop_daemon(std::exchange(daemon, nullptr));
  if (listener != MHD_INVALID_SOCKET) ::close(listener);
  decltype(shared->open) leftover;  // destroyed outside the lock
  const std::lock_guard lock{shared->mutex};
  leftover.swap(shared->open);
}

HttpServer::HttpServer(HttpServerOptions options, Planner planner, Handler handler)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(planner), std::move(handler))) {
  impl_->start();
}

HttpServer::~HttpServer() {
  stop();
}

std::uint16_t HttpServer::port() const noexcept {
  return impl_->port;
}

std::string HttpServer::url() const {
  return "http://" + name_of(impl_->options.address, impl_->port);
}

const Connections& HttpServer::connections() const noexcept {
  return impl_->connections;
}

void HttpServer::stop() {
  impl_->stop();
}

}  // namespace react1::serve
