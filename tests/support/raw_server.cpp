// SPDX-License-Identifier: Apache-2.0
#include "support/raw_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace react1::test {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

/// Request line and fields of a head without its final empty line.
SeenRequest parse_head(std::string_view head) {
  SeenRequest request;
  request.head = head;
  bool first = true;
  while (!head.empty()) {
    const auto end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    if (std::exchange(first, false)) {
      const auto blank = line.find(' ');
      const auto second = line.find(' ', blank + 1);
      if (blank == std::string_view::npos || second == std::string_view::npos) break;
      request.method = line.substr(0, blank);
      request.target = line.substr(blank + 1, second - blank - 1);
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    request.headers[lower(line.substr(0, colon))] = value;
  }
  return request;
}

}  // namespace

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Gate::wake() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

bool Gate::wait(const std::atomic<bool>& ending) {
  std::unique_lock lock(mutex_);
  reached_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return open_ || ending; });
  return open_;
}

void Gate::wait_until_reached() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return reached_; });
}

bool Connection::more() {
  std::array<char, 65536> buffer;
  const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), /*flags=*/0);
  if (got > 0) unread_.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

bool Connection::take_head(SeenRequest& request) {
  std::size_t end = 0;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return false;
  }
  request = parse_head(std::string_view(unread_).substr(0, end));
  request.connection = number_;
  unread_.erase(0, end + 4);
  return true;
}

bool Connection::read_head(SeenRequest& request) {
  if (!take_head(request)) return false;
  server_.record(request);
  return true;
}

bool Connection::read_request(SeenRequest& request) {
  if (!take_head(request)) return false;
  const std::string length = request.header("content-length");
  const std::size_t size = length.empty() ? 0 : std::stoul(length);
  while (unread_.size() < size) {
    if (!more()) return false;
  }
  request.body = unread_.substr(0, size);
  unread_.erase(0, size);
  server_.record(request);
  return true;
}

bool Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    server_.bytes_sent_ += sent;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Connection::stay_silent() {
  std::array<char, 4096> buffer;
  while (::recv(fd_, buffer.data(), buffer.size(), /*flags=*/0) > 0) {
  }
}

void Connection::await_bytes() {
  pollfd waiting{fd_, POLLIN, 0};
  while (::poll(&waiting, 1, /*timeout=*/-1) < 0 && errno == EINTR) {
  }
}

void Connection::half_close() {
  ::shutdown(fd_, SHUT_WR);
}

void Connection::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  reset_ = true;
}

namespace step {

Step read_request() {
  return [](Connection& connection) {
    SeenRequest request;
    return connection.read_request(request);
  };
}

Step read_head() {
  return [](Connection& connection) {
    SeenRequest request;
    return connection.read_head(request);
  };
}

Step send(std::string bytes) {
  return [bytes = std::move(bytes)](Connection& connection) { return connection.send(bytes); };
}

Step flood(std::string bytes, std::int64_t give_up) {
  return [bytes = std::move(bytes), give_up](Connection& connection) {
    const std::int64_t begun = connection.server().bytes_sent();
    while (connection.server().bytes_sent() - begun < give_up) {
      if (!connection.send(bytes)) return false;
    }
    return true;
  };
}

Step wait_for(Gate& gate) {
  return [&gate](Connection& connection) {
    RawServer& server = connection.server();
    {
      const std::lock_guard lock(server.mutex_);
      server.gates_.insert(&gate);
    }
    return gate.wait(server.ending_);
  };
}

Step stay_silent() {
  return [](Connection& connection) {
    connection.stay_silent();
    return false;
  };
}

Step await_bytes() {
  return [](Connection& connection) {
    connection.await_bytes();
    return true;
  };
}

Step half_close() {
  return [](Connection& connection) {
    connection.half_close();
    return true;
  };
}

Step reset() {
  return [](Connection& connection) {
    connection.reset();
    return false;
  };
}

}  // namespace step

std::string answer(int status, std::string_view body, std::string_view content_type, std::string_view more) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " Whatever\r\n";
  if (!content_type.empty()) text += "Content-Type: " + std::string(content_type) + "\r\n";
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text += more;
  text += "\r\n";
  text += body;
  return text;
}

RawServer::RawServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, /*protocol=*/0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || ::bind(listener_, generic, size) != 0 || ::listen(listener_, /*backlog=*/64) != 0 ||
      ::getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("no listening socket on 127.0.0.1");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_loop(); });
}

RawServer::~RawServer() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    for (Gate* gate : gates_) gate->wake();
  }
  for (std::thread& worker : workers_) worker.join();
}

RawServer& RawServer::script(Script steps) {
  const std::lock_guard lock(mutex_);
  scripts_.push_back(std::move(steps));
  return *this;
}

RawServer& RawServer::otherwise(Handler handler) {
  return converse([handler = std::move(handler)](Connection& connection, const SeenRequest& request) {
    const std::string whole = handler(request);
    return connection.send(whole) && whole.find("\r\nConnection: close\r\n") == std::string::npos;
  });
}

RawServer& RawServer::converse(Conversation conversation) {
  const std::lock_guard lock(mutex_);
  conversation_ = std::move(conversation);
  return *this;
}

std::string RawServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::vector<SeenRequest> RawServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t RawServer::count(std::string_view method, std::string_view target) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(requests_.begin(), requests_.end(), [&](const SeenRequest& request) {
    return request.method == method && request.target.starts_with(target);
  }));
}

std::size_t RawServer::connections() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

void RawServer::record(const SeenRequest& request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(request);
}

void RawServer::accept_loop() {
  while (!ending_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      return;
    }
    const std::lock_guard lock(mutex_);
    open_.insert(fd);
    workers_.emplace_back([this, fd, number = accepted_++] { serve(fd, number); });
  }
}

void RawServer::serve(int fd, std::size_t number) {
  Script script;
  Conversation conversation;
  {
    const std::lock_guard lock(mutex_);
    if (scripts_.empty()) {
      conversation = conversation_;
    } else {
      script = std::move(scripts_.front());
      scripts_.pop_front();
    }
  }
  Connection connection(*this, fd, number);
  for (const Step& next : script) {
    if (!next(connection)) break;
  }
  if (conversation) {
    SeenRequest request;
    while (connection.read_request(request) && conversation(connection, request)) {
    }
  }
  if (!connection.resets()) ::shutdown(fd, SHUT_WR);
  // The same lock as in the destructor: a number that was closed may already be another socket.
  const std::lock_guard lock(mutex_);
  open_.erase(fd);
  ::close(fd);
}

}  // namespace react1::test
