// SPDX-License-Identifier: Apache-2.0
// Many jobs at a time, without a thread for each: the main job's steps run on a few threads, waiting uses none.
// Completions are delivered on the thread of the program's own event loop.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <react1/api.hpp>
#include <react1/error.hpp>
#include <react1/jobs.hpp>
#include <react1/pipeline.hpp>
#include <react1/run_context.hpp>
#include <react1/source.hpp>

namespace react1::REACT1_ABI {

/// How an asynchronous call ended: exactly one of the two is set.
struct RunResult {
  std::optional<RunRecord> record{};  ///< what run() would have returned
  std::optional<Error> error{};       ///< what it would have thrown
};
struct SubmitResult {
  std::optional<Job> job{};
  std::optional<Error> error{};
};

struct AsyncOptions {
  /// Threads that prepare, upload, submit, download and verify; 1 to 256. Preparing uses several cores by itself, so a
  /// few are enough for hundreds of jobs: those that wait for the service use none.
  int threads = 2;
};

/// Carries out asynchronous calls, and queues completions for the program's event loop:
///
///     react1::AsyncRunner runner;
///     react1::run_async(runner, video, audio, output, options, service, {}, [](react1::RunResult result) { … });
///     // epoll, poll:  watch runner.descriptor() for reading, then call runner.dispatch()
///     // Qt:           QSocketNotifier(runner.descriptor(), QSocketNotifier::Read)
///     // asio:         posix::stream_descriptor(io, ::dup(runner.descriptor())).async_wait(wait_read, …)
class REACT1_API AsyncRunner {
 public:
  /// Throws Error{usage} for invalid options, Error{io} when the system provides no thread or descriptor.
  explicit AsyncRunner(const AsyncOptions& options = {});
  AsyncRunner(const AsyncRunner&) = delete;
  AsyncRunner& operator=(const AsyncRunner&) = delete;
  /// Stops all calls that have not ended, waits for them, and delivers pending completions on this thread. Must not be
  /// called by one of the callbacks.
  ~AsyncRunner();

  /// Readable while dispatch() has something to deliver. For poll(), epoll and the like; neither read nor close it.
  /// The same during the whole life of the runner.
  [[nodiscard]] int descriptor() const noexcept;
  /// Calls the callbacks of all calls that have ended by now, on this thread, and returns how many; does not wait. One
  /// thread at a time. What a callback throws leaves dispatch(); the others are delivered by the next one.
  std::size_t dispatch();
  /// The number of calls whose callback was not called yet. Any thread.
  [[nodiscard]] std::size_t pending() const noexcept;

 private:
  friend struct AsyncAccess;  // the library's own
  struct REACT1_LOCAL Impl;
  std::unique_ptr<Impl> impl_;
};

/// run() without a thread that waits for it. `done` is called once, by AsyncRunner::dispatch() (or the runner's
/// destructor), and may start other calls. Throws only for an invalid call (an empty `done`).
///
/// Everything is copied but `service`, whose client and store must live until `done` is called, like the observer of
/// `context`. The observer is called on the runner's and the client's own threads, for one call never at the same time;
/// one that serves several calls is called by several threads.
///
/// A stop of `context` ends the call with Error{interrupted}, as in run(): a paid request continues at the service (or
/// is cancelled, PipelineOptions::on_interrupt), and the same call continues it later. Calls beyond the number of
/// threads take turns in the order in which they came; a call that waits for the service takes no turn.
REACT1_API void run_async(AsyncRunner& runner, Source video, Source audio, std::string output, PipelineOptions options,
                          Service service, RunContext context, std::function<void(RunResult)> done);

/// submit() likewise: ends once the request id is on disk.
REACT1_API void submit_async(AsyncRunner& runner, Source video, Source audio, PipelineOptions options, Service service,
                             RunContext context, std::function<void(SubmitResult)> done);

}  // namespace react1::REACT1_ABI
