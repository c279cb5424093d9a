// SPDX-License-Identifier: Apache-2.0
// An answer whose body is written incrementally, such as an event stream.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

namespace react1::serve {

/// The writer's end and the server's. Safe from any thread; a write wakes the one connection that waits for it.
/// The backlog of a client that does not read is unbounded: for small events only.
class BodyStream {
 public:
  BodyStream() = default;
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;

  /// False when it can't be delivered: the client is gone, the stream has ended, the server stops.
  bool write(std::string_view text);
  /// After what was written, the body is complete.
  void end();
  [[nodiscard]] bool is_open() const;

  // The rest is the server's.

  struct Taken {
    std::size_t size = 0;
    bool at_end = false;  ///< nothing is left and nothing will come
  };
  [[nodiscard]] Taken take(std::span<char> into);
  /// `wake` is called after each write and at the end, without a lock of this object.
  void attach(std::function<void()> wake);
  /// There is no reader any more.
  void detach();

 private:
  void wake();

  mutable std::mutex mutex_;
  std::string pending_;
  std::size_t taken_ = 0;  ///< of `pending_`
  bool ended_ = false, detached_ = false;
  std::function<void()> wake_;
};

}  // namespace react1::serve
