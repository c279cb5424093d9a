// SPDX-License-Identifier: Apache-2.0
// run_async() and submit_async(): the steps of many main jobs on a few threads, their waits on the client's.
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <react1/async.hpp>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/boundary.hpp"
#include "core/descriptor.hpp"
#include "core/log.hpp"
#include "stages/main_job.hpp"

namespace react1::REACT1_ABI {

/// Steps for the threads, and completions for dispatch().
struct AsyncRunner::Impl {
  explicit Impl(int count);
  ~Impl();

  using Task = std::function<void()>;  // throws nothing

  /// The first step of a call.
  void begin(Task step) {
    const std::lock_guard lock(mutex);
    steps.push_back(std::move(step));
    ++not_delivered;
    ++not_ended;
    changed.notify_one();
  }
  /// A further step; the threads take them in this order.
  void post(Task step) {
    const std::lock_guard lock(mutex);
    steps.push_back(std::move(step));
    changed.notify_one();
  }
  /// A call has ended; `deliver` calls its callback.
  void end(Task deliver) {
    const std::lock_guard lock(mutex);
    ends.push_back(std::move(deliver));
    --not_ended;
    wake();
    all_ended.notify_all();  // under the lock: the waiting destructor can't finish before it is released
  }
  /// The next end, nullptr when there is none; the descriptor is readable as long as there are more.
  Task next_end() {
    const std::lock_guard lock(mutex);
    if (ends.empty()) return nullptr;
    Task deliver = std::move(ends.front());
    ends.pop_front();
    if (ends.empty()) calm();
    --not_delivered;
    return deliver;
  }

  void work();
  void wake() const noexcept { ::eventfd_write(event.get(), 1); }
  void calm() const noexcept {
    eventfd_t count = 0;
    ::eventfd_read(event.get(), &count);
  }

  Descriptor event;
  std::stop_source stop_all;
  std::mutex mutex;  // guards what follows
  std::condition_variable changed, all_ended;
  std::deque<Task> steps, ends;
  std::size_t not_delivered = 0, not_ended = 0;
  bool over = false;
  std::vector<std::jthread> threads;
};

struct AsyncAccess {
  using Impl = AsyncRunner::Impl;
  [[nodiscard]] static Impl& impl(const AsyncRunner& runner) noexcept { return *runner.impl_; }
};

AsyncRunner::Impl::Impl(int count) : event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (event.get() < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  try {
    for (int i = 0; i < count; ++i) threads.emplace_back([this] { work(); });
  } catch (...) {
    {
      const std::lock_guard lock(mutex);
      over = true;
      changed.notify_all();
    }
    throw;
  }
}

AsyncRunner::Impl::~Impl() {
  stop_all.request_stop();
  {
    std::unique_lock lock(mutex);
    all_ended.wait(lock, [this] { return not_ended == 0; });
    over = true;
    changed.notify_all();
  }
  threads.clear();
  while (const Task deliver = next_end()) {
    try {
      deliver();
    } catch (const std::exception& fault) {
      log::error("async", std::string("a callback failed: ") + fault.what());
    } catch (...) {
      log::error("async", "a callback failed");
    }
  }
}

void AsyncRunner::Impl::work() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return over || !steps.empty(); });
    if (steps.empty()) return;
    {
      const Task step = std::move(steps.front());
      steps.pop_front();
      lock.unlock();
      step();
    }  // what it holds is destroyed without the lock
    lock.lock();
  }
}

AsyncRunner::AsyncRunner(const AsyncOptions& options)
    : impl_(at_boundary("AsyncRunner", [&] {
        constexpr int kMost = 256;
        if (options.threads < 1 || options.threads > kMost) {
          throw Error(ErrorCode::usage, "AsyncOptions::threads",
                      "is " + std::to_string(options.threads) + "; allowed are 1 to " + std::to_string(kMost));
        }
        return std::make_unique<Impl>(options.threads);
      })) {}

AsyncRunner::~AsyncRunner() = default;

int AsyncRunner::descriptor() const noexcept {
  return impl_->event.get();
}

std::size_t AsyncRunner::dispatch() {
  std::size_t delivered = 0;
  std::size_t due = 0;
  {
    const std::lock_guard lock(impl_->mutex);
    due = impl_->ends.size();  // later completions are for the next call: the loop has other work too
  }
  for (; delivered < due; ++delivered) {
    const Impl::Task deliver = impl_->next_end();
    if (!deliver) break;
    deliver();
  }
  return delivered;
}

std::size_t AsyncRunner::pending() const noexcept {
  const std::lock_guard lock(impl_->mutex);
  return impl_->not_delivered;
}

}  // namespace react1::REACT1_ABI

namespace react1::stages {
namespace {

using Impl = AsyncAccess::Impl;

/// A stop of the caller, or of the whole runner.
class EitherStop {
 public:
  EitherStop(const std::stop_token& one, const std::stop_token& other)
      : on_one_(one, [this] { either_.request_stop(); }), on_other_(other, [this] { either_.request_stop(); }) {}
  [[nodiscard]] std::stop_token token() const { return either_.get_token(); }

 private:
  std::stop_source either_;
  std::stop_callback<std::function<void()>> on_one_, on_other_;
};

/// The Error that is being handled.
Error current_error(const char* what) {
  try {
    rethrow_as_error(what);
  } catch (const Error& error) {
    return error;
  }
}

/// One run_async(): its steps share it until its end.
class AsyncRun : public std::enable_shared_from_this<AsyncRun> {
 public:
  AsyncRun(Impl& runner, JobOrder order, std::function<void(RunResult)> done)
      : runner_(runner),
        stop_(order.context.stop, runner.stop_all.get_token()),
        job_(std::in_place, with_stop(std::move(order), stop_.token())),
        done_(std::move(done)) {}

  void begin() {
    runner_.begin([self = shared_from_this()] { self->step([&] { return self->job_->start(); }); });
  }

 private:
  static JobOrder with_stop(JobOrder order, std::stop_token stop) {
    order.context.stop = std::move(stop);
    return order;
  }

  template <class Step>
  void step(const Step& make) {
    try {
      if (auto record = make()) {
        end({.record = std::move(record)});
      } else {
        wait();
      }
    } catch (...) {
      end({.error = current_error("run_async")});
    }
  }

  void wait() {
    job_->begin_wait();
    job_->service().client.wait_async(job_->request(), job_->context(), [self = shared_from_this()](WaitResult result) {
      const double seconds = self->job_->waited_s();
      self->runner_.post([self, waited = Waited{std::move(result), seconds}] {
        self->step([&] { return self->job_->finish(waited); });
      });
    });
  }

  /// The caller may destroy the client and the store once its callback was called: everything that uses them is
  /// destroyed before, although this object is still shared for a moment.
  void end(RunResult result) {
    job_.reset();
    runner_.end([done = std::move(done_), result = std::move(result)]() mutable { done(std::move(result)); });
  }

  Impl& runner_;
  EitherStop stop_;
  std::optional<MainJob> job_;
  std::function<void(RunResult)> done_;
};

}  // namespace
}  // namespace react1::stages

namespace react1::REACT1_ABI {
namespace {

void require_callback(bool given, const char* function) {
  if (!given) throw Error(ErrorCode::usage, function, "needs a function to call at the end");
}

}  // namespace

void run_async(AsyncRunner& runner, Source video, Source audio, std::string output, PipelineOptions options,
               Service service, RunContext context, std::function<void(RunResult)> done) {
  require_callback(static_cast<bool>(done), "run_async");
  at_boundary("run_async", [&] {
    auto& impl = AsyncAccess::impl(runner);
    const auto run =
        std::make_shared<stages::AsyncRun>(impl,
                                           stages::JobOrder{std::move(video), std::move(audio), std::move(output),
                                                            std::move(options), service, std::move(context)},
                                           std::move(done));
    run->begin();
  });
}

void submit_async(AsyncRunner& runner, Source video, Source audio, PipelineOptions options, Service service,
                  RunContext context, std::function<void(SubmitResult)> done) {
  require_callback(static_cast<bool>(done), "submit_async");
  at_boundary("submit_async", [&] {
    auto& impl = AsyncAccess::impl(runner);
    stages::JobOrder order{std::move(video),   std::move(audio), /*output=*/{},
                           std::move(options), service,          std::move(context)};
    impl.begin([&impl, order = std::move(order), done = std::move(done)]() mutable {
      SubmitResult result;
      try {
        const stages::EitherStop stop(order.context.stop, impl.stop_all.get_token());
        order.context.stop = stop.token();
        result.job = stages::submit_job(std::move(order));
      } catch (...) {
        result.error = stages::current_error("submit_async");
      }
      impl.end([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
    });
  });
}

}  // namespace react1::REACT1_ABI
