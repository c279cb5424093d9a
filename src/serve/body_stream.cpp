// SPDX-License-Identifier: Apache-2.0
#include "serve/body_stream.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace react1::serve {

bool BodyStream::write(std::string_view text) {
  {
    const std::lock_guard lock{mutex_};
    if (ended_ || detached_) return false;
    pending_ += text;
  }
  wake();
  return true;
}

void BodyStream::end() {
  {
    const std::lock_guard lock{mutex_};
    ended_ = true;
  }
  wake();
}

bool BodyStream::is_open() const {
  const std::lock_guard lock{mutex_};
  return !ended_ && !detached_;
}

BodyStream::Taken BodyStream::take(std::span<char> into) {
  const std::lock_guard lock{mutex_};
  const std::size_t size = std::min(into.size(), pending_.size() - taken_);
  if (size > 0) std::memcpy(into.data(), pending_.data() + taken_, size);
  taken_ += size;
  if (taken_ == pending_.size()) {
    pending_.clear();
    taken_ = 0;
  }
  return {size, size == 0 && ended_ && pending_.empty()};
}

void BodyStream::attach(std::function<void()> wake) {
  const std::lock_guard lock{mutex_};
  wake_ = std::move(wake);
}

void BodyStream::detach() {
  const std::lock_guard lock{mutex_};
  detached_ = true;
  wake_ = nullptr;
  pending_.clear();
  taken_ = 0;
}

void BodyStream::wake() {
  std::function<void()> call;
  {
    const std::lock_guard lock{mutex_};
    call = wake_;
  }
  if (call) call();
}

}  // namespace react1::serve
