// SPDX-License-Identifier: Apache-2.0
// The body of one answer, passed to libmicrohttpd piece by piece, with injected faults where configured.
// Internal to src/serve.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <variant>

#include <microhttpd.h>

#include "serve/body_stream.hpp"
#include "serve/http_types.hpp"
#include "serve/timer.hpp"

namespace react1::serve {

/// Its descriptor; -1 when there is none.
[[nodiscard]] int socket_of(MHD_Connection* connection) noexcept;

/// Ends the connection with a RST now, after what was sent before. Server's thread only.
void reset_connection(MHD_Connection* connection) noexcept;

class Feed : public std::enable_shared_from_this<Feed> {
 public:
  using Fill = std::function<bool(std::uint64_t offset, std::span<char> into)>;  ///< false: it can't be read
  struct Sized {
    std::uint64_t size = 0;
    Fill fill;
  };
  using Content = std::variant<Sized, std::shared_ptr<BodyStream>>;

  /// `timer` must outlive the connection.
  Feed(MHD_Connection* connection, Content content, InjectedFaults faults, Timer& timer);

  /// The response that reads from here. Server's thread only, as all that follows but wake().
  [[nodiscard]] MHD_Response* make_response();
  /// Bytes are available: wakes the connection if it waits. Any thread.
  void wake();
  /// The connection is over.
  void release();
  /// The server ends: waiting connections are closed. Any thread.
  void stop();

 private:
  static ssize_t on_read(void* self, std::uint64_t position, char* buffer, std::size_t size) noexcept;
  static void on_free(void* self) noexcept;
  ssize_t read(std::uint64_t position, std::span<char> into);
  ssize_t cut();
  /// Nothing for now. Call with `mutex_` held.
  ssize_t wait();
  ssize_t wait_for_drip();

  const Content content_;
  const InjectedFaults faults_;
  Timer& timer_;
  std::mutex mutex_;
  MHD_Connection* connection_;  ///< null once released
  bool waiting_ = false, stopped_ = false;
  bool drip_is_due_ = true, drip_is_asked_ = false;
};

}  // namespace react1::serve
