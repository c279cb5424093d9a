// SPDX-License-Identifier: Apache-2.0
#include "http/engine/engine_loop.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <react1/error.hpp>
#include <utility>

#include "core/log.hpp"

namespace react1::http {
namespace {

Error no_loop(const char* what) {
  return {ErrorCode::internal,
          "http engine",
          fmt::format("the system provides no {}", what),
          {.detail = std::strerror(errno)}};
}

/// libcurl may have closed the socket already, which also removed it; its number can even belong to another thread's
/// file by now. That file is not watched here, so the call has no effect. (tests/tsan.supp names this.)
void stop_watching(const Descriptor& epoll, curl_socket_t socket) noexcept {
  ::epoll_ctl(epoll.get(), EPOLL_CTL_DEL, socket, nullptr);
}

}  // namespace

EngineLoop::EngineLoop()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), multi_(new_multi()) {
  if (!epoll_.is_open() || !event_.is_open()) throw no_loop("event queue");
  epoll_event wake{};
  wake.events = EPOLLIN;
  wake.data.fd = event_.get();
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, event_.get(), &wake) != 0) throw no_loop("event queue");
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &EngineLoop::socket_callback);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &EngineLoop::timer_callback);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
  // Our own cap on HTTP/2 streams of one connection; the server's still applies.
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_CONCURRENT_STREAMS, 1000L);
}

EngineLoop::~EngineLoop() {
  multi_.reset();  // closes its connections, which calls socket_callback
}

void EngineLoop::post(Engine::Function function) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(function));
  }
  const std::uint64_t one = 1;
  if (first && ::write(event_.get(), &one, sizeof(one)) < 0) return;  // full: it is awake already
}

void EngineLoop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  const std::uint64_t one = 1;
  if (::write(event_.get(), &one, sizeof(one)) < 0) return;
}

int EngineLoop::socket_callback(CURL*, curl_socket_t socket, int what, void* self, void* known) noexcept {
  auto* loop = static_cast<EngineLoop*>(self);
  if (what == CURL_POLL_REMOVE) {
    stop_watching(loop->epoll_, socket);
    return 0;
  }
  epoll_event interest{};
  if (what != CURL_POLL_OUT) interest.events |= EPOLLIN;
  if (what != CURL_POLL_IN) interest.events |= EPOLLOUT;
  interest.data.fd = socket;
  const int first = known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  const int second = known == nullptr ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (::epoll_ctl(loop->epoll_.get(), first, socket, &interest) != 0 &&
      ::epoll_ctl(loop->epoll_.get(), second, socket, &interest) != 0) {
    return -1;
  }
  if (known == nullptr) curl_multi_assign(loop->multi_.get(), socket, loop);
  return 0;
}

int EngineLoop::timer_callback(CURLM*, long timeout_ms, void* self) noexcept {
  auto* loop = static_cast<EngineLoop*>(self);
  loop->curl_due_.reset();
  if (timeout_ms >= 0) loop->curl_due_ = Clock::now() + std::chrono::milliseconds(timeout_ms);
  return 0;
}

void EngineLoop::call(const Engine::Function& function) noexcept {
  try {
    function();
  } catch (const std::exception& fault) {
    try {
      log::error("http", fmt::format("a callback failed: {}", fault.what()));
    } catch (...) {  // out of memory: it can't even be logged
    }
  } catch (...) {
  }
}

void EngineLoop::run() noexcept {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    call([this] { turn(); });
  }
  ended_ = true;
  call([this] { end_everything(); });
}

void EngineLoop::turn() {
  run_posted();
  run_timers();
  serve_gates();
  dispatch_completions();
  wait_and_act();
  dispatch_completions();
}

void EngineLoop::run_posted() {
  std::vector<Engine::Function> posted;
  {
    const std::lock_guard lock(mutex_);
    posted.swap(posted_);
  }
  for (Engine::Function& function : posted) {
    call(function);
    function = {};  // its captures are destroyed now, not while the next one runs
  }
}

void EngineLoop::run_timers() {
  const auto now = Clock::now();
  while (const Timers::Function function = timers_.take_due(now)) call(function);
}

void EngineLoop::serve_gates() {
  const auto next = gates_.next();
  const auto now = Clock::now();
  if (!next || *next > now) return;
  for (const HostQueues::Grant& grant : gates_.ready(now)) {
    const auto found = transfers_.find(grant.id);
    if (found == transfers_.end()) continue;
    found->second->waits = false;
    found->second->probe = grant.probe;
    take_turn(found->second);
  }
}

/// Milliseconds until something is due; rounded up, so that it is due then.
int EngineLoop::patience() {
  {
    const std::lock_guard lock(mutex_);
    if (!posted_.empty() || stopping_) return 0;
  }
  std::optional<Clock::time_point> next = timers_.next();
  for (const auto& other : {curl_due_, gates_.next()}) {
    if (other && (!next || *other < *next)) next = other;
  }
  if (!next) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

void EngineLoop::wait_and_act() {
  std::array<epoll_event, 64> events{};
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), patience());
  int running = 0;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events.at(static_cast<std::size_t>(i));
    if (event.data.fd == event_.get()) {
      std::uint64_t posts = 0;
      if (::read(event_.get(), &posts, sizeof(posts)) < 0) continue;
      continue;
    }
    int what = 0;
    if ((event.events & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
    if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
    if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) what |= CURL_CSELECT_ERR;
    curl_multi_socket_action(multi_.get(), event.data.fd, what, &running);
  }
  if (curl_due_ && *curl_due_ <= Clock::now()) {
    curl_due_.reset();
    curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
  }
}

/// After curl's work: delivers data and completes finished exchanges.
void EngineLoop::dispatch_completions() {
  std::vector<std::uint64_t> touched;
  touched.swap(touched_);
  for (const std::uint64_t id : touched) deliver(id);
  std::vector<std::pair<std::uint64_t, CURLcode>> over;
  int queued = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &queued)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    over.emplace_back(static_cast<const Transfer*>(transfer)->id, message->data.result);
  }
  for (const auto& [id, code] : over) {
    if (const auto found = transfers_.find(id); found != transfers_.end()) {
      const std::shared_ptr<Transfer> transfer = found->second;
      finish(*transfer, code);
    }
  }
}

}  // namespace react1::http
