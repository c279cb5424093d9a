// SPDX-License-Identifier: Apache-2.0
#include "serve/exchange.hpp"

#include <unistd.h>

#include <cerrno>
#include <exception>
#include <functional>
#include <system_error>
#include <utility>

#include "core/log.hpp"

namespace react1::serve {

Exchange::~Exchange() {
  if (!body_file.empty()) {
    std::error_code ignored;  // already moved away by the handler, which is the normal case
    std::filesystem::remove(body_file, ignored);
  }
}

void Exchange::end(bool whole) noexcept {
  try {
    std::function<void(bool)> on_done;
    {
      const std::lock_guard lock{shared->mutex};
      if (response) on_done = std::move(response->on_done);
    }
    if (feed) feed->release();
    if (on_done) on_done(whole);
  } catch (const std::exception& error) {
    log::error("serve", error.what());
  }
}

void answer(Exchange& exchange, Response response) {
  const std::lock_guard lock{exchange.shared->mutex};
  if (exchange.response) return;
  exchange.response = std::move(response);
  if (exchange.suspended != nullptr) {
    MHD_resume_connection(std::exchange(exchange.suspended, nullptr));
  }
}

void receive_body(Exchange& exchange, const char* data, std::size_t size) {
  exchange.request.body_bytes += size;
  if (exchange.request.body_bytes > exchange.max_body) exchange.too_large = exchange.drop_body = true;
  if (exchange.drop_body || exchange.body_errno != 0) return;
  if (!exchange.body_out.is_open()) {
    exchange.request.body.append(data, size);
    return;
  }
  while (size > 0) {
    const ssize_t written = ::write(exchange.body_out.get(), data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      exchange.body_errno = errno;
      return;
    }
    data += written;
    size -= static_cast<std::size_t>(written);
  }
}

/// Shared by the copies of one Reply; its end without an answer is a fault of the handler.
struct Reply::Ticket {
  explicit Ticket(std::shared_ptr<Exchange> with) : exchange(std::move(with)) {}
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  ~Ticket() { answer(*exchange, text_response(500, "text/plain", "the request was dropped\n")); }
  std::shared_ptr<Exchange> exchange;
};

Reply::Reply(std::shared_ptr<Exchange> exchange) : ticket_(std::make_shared<Ticket>(std::move(exchange))) {}

void Reply::send(Response response) const {
  answer(*ticket_->exchange, std::move(response));
}

}  // namespace react1::serve
