// SPDX-License-Identifier: Apache-2.0
#include "serve/feed.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace react1::serve {
namespace {

constexpr std::size_t piece = 32 << 10;

}  // namespace

int socket_of(MHD_Connection* connection) noexcept {
  const auto* facts = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return facts != nullptr ? facts->connect_fd : -1;
}

void reset_connection(MHD_Connection* connection) noexcept {
  const int socket = socket_of(connection);
  if (socket < 0) return;
  const int on = 1;  // sends a partial segment
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  // Closing with a linger time of 0 is not enough: libmicrohttpd shuts down first, which sends a FIN. Dissolving the
  // association sends the RST at once (tcp_disconnect() of Linux).
  sockaddr none{};
  none.sa_family = AF_UNSPEC;
  static_cast<void>(::connect(socket, &none, sizeof(none)));
}

Feed::Feed(MHD_Connection* connection, Content content, InjectedFaults faults, Timer& timer)
    : content_(std::move(content)), faults_(faults), timer_(timer), connection_(connection) {}

MHD_Response* Feed::make_response() {
  std::uint64_t size = MHD_SIZE_UNKNOWN;
  if (const auto* sized = std::get_if<Sized>(&content_)) {
    size = sized->size;
    if (faults_.content_length_add > 0) size += static_cast<std::uint64_t>(faults_.content_length_add);
    // A body longer than announced: libmicrohttpd must not know the length (respond.cpp).
    if (faults_.content_length_add < 0) size = MHD_SIZE_UNKNOWN;
  } else {
    std::get<std::shared_ptr<BodyStream>>(content_)->attach([weak = weak_from_this()] {
      if (const auto feed = weak.lock()) feed->wake();
    });
  }
  auto owner = std::make_unique<std::shared_ptr<Feed>>(shared_from_this());
  MHD_Response* response = MHD_create_response_from_callback(size, piece, &Feed::on_read, owner.get(), &Feed::on_free);
  if (response != nullptr) static_cast<void>(owner.release());  // on_free takes it back
  return response;
}

ssize_t Feed::on_read(void* self, std::uint64_t position, char* buffer, std::size_t size) noexcept {
  try {
    return (*static_cast<std::shared_ptr<Feed>*>(self))->read(position, {buffer, size});
  } catch (const std::exception&) {
    return MHD_CONTENT_READER_END_WITH_ERROR;
  }
}

void Feed::on_free(void* self) noexcept {
  const std::unique_ptr<std::shared_ptr<Feed>> owner{static_cast<std::shared_ptr<Feed>*>(self)};
}

ssize_t Feed::read(std::uint64_t position, std::span<char> into) {
  const std::lock_guard lock{mutex_};
  if (stopped_ || connection_ == nullptr) return MHD_CONTENT_READER_END_WITH_ERROR;
  if (faults_.cut_after) {
    if (position >= *faults_.cut_after) return cut();
    into = into.first(std::min<std::uint64_t>(into.size(), *faults_.cut_after - position));
  }
  if (faults_.drip_bytes > 0) {
    if (!drip_is_due_) return wait_for_drip();
    into = into.first(std::min<std::uint64_t>(into.size(), faults_.drip_bytes));
  }
  std::size_t size = 0;
  if (const auto* sized = std::get_if<Sized>(&content_)) {
    size = std::min<std::uint64_t>(into.size(), sized->size - std::min(position, sized->size));
    if (size == 0) return MHD_CONTENT_READER_END_OF_STREAM;
    if (!sized->fill(position, into.first(size))) return MHD_CONTENT_READER_END_WITH_ERROR;
  } else {
    const auto taken = std::get<std::shared_ptr<BodyStream>>(content_)->take(into);
    if (taken.at_end) return MHD_CONTENT_READER_END_OF_STREAM;
    if (taken.size == 0) return wait();
    size = taken.size;
  }
  if (faults_.drip_bytes > 0) drip_is_due_ = false;
  return static_cast<ssize_t>(size);
}

ssize_t Feed::cut() {
  if (faults_.cut_by == InjectedFaults::Cut::stall) return wait();
  if (faults_.cut_by == InjectedFaults::Cut::reset) reset_connection(connection_);
  return MHD_CONTENT_READER_END_WITH_ERROR;
}

ssize_t Feed::wait() {
  waiting_ = true;
  MHD_suspend_connection(connection_);
  return 0;
}

ssize_t Feed::wait_for_drip() {
  if (!std::exchange(drip_is_asked_, true)) {
    timer_.after(faults_.drip_every, [weak = weak_from_this()] {
      const auto feed = weak.lock();
      if (!feed) return;
      {
        const std::lock_guard lock{feed->mutex_};
        feed->drip_is_due_ = true;
        feed->drip_is_asked_ = false;
      }
      feed->wake();
    });
  }
  return wait();
}

void Feed::wake() {
  const std::lock_guard lock{mutex_};
  if (connection_ != nullptr && std::exchange(waiting_, false)) MHD_resume_connection(connection_);
}

void Feed::release() {
  {
    const std::lock_guard lock{mutex_};
    connection_ = nullptr;
  }
  if (const auto* stream = std::get_if<std::shared_ptr<BodyStream>>(&content_)) (*stream)->detach();
}

void Feed::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
  }
  wake();
}

}  // namespace react1::serve
