// The React-1 endpoint on fal's queue: upload, submit, status, result, cancel. One call, one exchange (with its
// retries).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <react1/error.hpp>
#include <react1/plan.hpp>
#include <react1/run_context.hpp>
#include <react1/secret.hpp>

namespace react1 {

/// Retries of calls that are safe to repeat (GET, PUT, initiate); a submit is never among them once bytes were sent.
struct RetryOptions {
  int attempts = 5;                             ///< in total, 1 to 20
  std::chrono::milliseconds base_delay{500};    ///< doubles each time, jittered
  std::chrono::milliseconds max_delay{30'000};  ///< cap, also for Retry-After
};

/// What all clients of a process together ask of one host. What is above a limit waits its turn; nothing fails for it.
/// fal documents no limit on calls of its queue (queued work is not refused), so these guard against ourselves.
struct HostLimits {
  int concurrency = 64;         ///< exchanges at a time, and as many status streams being opened; at least 1
  double requests_per_s = 200;  ///< in the long run, above 0; the clients of one job need about 10 in all
  int burst = 1000;             ///< requests that may come at once after a quiet time; at least 1
  int breaker_failures = 5;     ///< submits in a row without a proper answer until the service counts as down
  std::chrono::milliseconds breaker_pause{5'000};       ///< then submits wait this long for one that tries; doubles
  std::chrono::milliseconds breaker_pause_max{60'000};  ///< up to this
};

/// What happens when a limit on waiting is reached. The paid request and its id are kept in every case.
enum class WaitPolicy {
  keep_waiting,  ///< Note{warning, "long_wait"}, once, and on
  cancel,        ///< asks the service to cancel, then Error{network}; a job that completed meanwhile is brought home
  detach,        ///< Error{network, retryable}; the job goes on at the service
};
/// "keep_waiting", "cancel", "detach". Throws Error{usage}.
[[nodiscard]] WaitPolicy parse_wait_policy(std::string_view text);

struct FalOptions {
  Secret key;  ///< "<id>:<secret>"; must not be empty
  std::string endpoint = "fal-ai/sync-lipsync/react-1";
  std::string queue_url = "https://queue.fal.run";  ///< plain http is accepted for loopback only
  std::string rest_url = "https://rest.fal.ai";
  RetryOptions retry{};
  std::chrono::milliseconds connect_timeout{15'000};
  std::chrono::milliseconds stall_timeout{30'000};  ///< no byte in either direction for this long
  std::chrono::milliseconds poll_interval{500};     ///< first pause between status polls; grows to poll_interval_max
  std::chrono::milliseconds poll_interval_max{5'000};
  std::chrono::milliseconds max_wait{3'600'000};  ///< of one wait() from its call to completion
  WaitPolicy on_max_wait = WaitPolicy::detach;
  /// In the queue without a break: a request that is put back into it begins anew. nullopt: as long as max_wait.
  std::optional<std::chrono::milliseconds> max_queue_wait{};
  WaitPolicy on_max_queue_wait = WaitPolicy::detach;
  /// Wait on the service's status stream (one connection, news at once); false: poll. Polling is also what remains when
  /// the stream is refused, breaks twice or keeps news back.
  bool status_stream = true;
  /// A stream without a byte for this long is broken; one without news for this long is checked by one poll.
  std::chrono::milliseconds stream_silence{60'000};
  HostLimits host{};                                      ///< the limits of the client that spoke last hold
  std::int64_t max_answer_bytes = 16 << 20;               ///< JSON answers above this are refused
  std::int64_t max_result_bytes = std::int64_t{2} << 30;  ///< downloads above this are refused
};

/// Key from FAL_KEY, else FAL_KEY_ID + FAL_KEY_SECRET (an empty FAL_KEY counts as unset); hosts from REACT1_QUEUE_URL
/// and REACT1_REST_URL. Throws Error{auth} without a key or with one that cannot be a header value. Reads the
/// environment.
[[nodiscard]] FalOptions fal_options_from_environment();

/// A request the service has accepted. The URLs are the service's own; stored, and checked before the key is sent
/// there.
struct RequestRef {
  std::string request_id{};
  std::string status_url{}, response_url{}, cancel_url{};  ///< empty: derived from endpoint and id
};

struct LogLine {
  std::string timestamp, level, message;
};

struct QueueStatus {
  enum class State { in_queue, in_progress, completed, unknown };
  State state = State::unknown;
  std::string word;  ///< the service's own status word
  std::optional<std::int64_t> queue_position;
  std::vector<LogLine> logs;      ///< the window this answer carried; may repeat earlier lines
  std::string error, error_type;  ///< COMPLETED but failed; empty otherwise
  std::optional<double> inference_s;
};

/// The model's answer. Only `url` is sure to be there.
struct ResultVideo {
  std::string url;
  std::string content_type, file_name;
  std::optional<std::int64_t> file_size;
  std::optional<int> width, height;
  std::optional<double> fps, duration_s, num_frames;  ///< as reported; any of them may be fractional
  std::string raw_json;                               ///< the whole body as the service sent it
};

enum class CancelOutcome { requested, already_completed, not_found };

/// How an asynchronous wait ended: exactly one of the two is set.
struct WaitResult {
  std::optional<QueueStatus> status{};  ///< completed
  std::optional<Error> error{};         ///< what wait() would have thrown
};

/// A blocking client. One instance may be used from several threads. All clients of a process share one thread that
/// serves every connection and timer; it starts with the first call and ends with the last client.
/// Every call throws Error (codes in error.hpp) and honours RunContext::stop.
class FalClient {
 public:
  /// Throws Error{auth|usage} when the options cannot work; opens no connection.
  explicit FalClient(FalOptions options);
  FalClient(FalClient&&) noexcept;
  FalClient& operator=(FalClient&&) noexcept;
  ~FalClient();

  /// Uploads a local file through a signed URL and returns the URL to put into a request. The key never goes to the
  /// storage host. Retried.
  [[nodiscard]] std::string upload(const std::string& path, const std::string& content_type, const RunContext& context);

  /// Submits once. Re-sent only when the connection was never established or the service refused it definitely.
  /// Throws Error{outcome_unknown} when bytes were sent and no answer came. A stop throws Error{interrupted}, which
  /// is retryable() only when nothing was sent; otherwise the outcome is just as unknown.
  [[nodiscard]] RequestRef submit(const Parameters& parameters, const std::string& video_url,
                                  const std::string& audio_url, const RunContext& context);

  [[nodiscard]] QueueStatus status(const RequestRef& request, const RunContext& context);
  /// Waits until the request is completed, on the status stream or by polling; reports queue position and new log lines
  /// to the observer. Limits: max_wait, max_queue_wait.
  QueueStatus wait(const RequestRef& request, const RunContext& context);
  /// The same without a thread of its own: thousands may wait at a time. `done` is called once, on the client's own
  /// thread, as is the observer (which lives until then): both must return quickly, must not throw, and may start
  /// other asynchronous waits, but make no blocking call of a client and don't end the client. `context` is copied. A
  /// stop and the client's end both come as Error{interrupted}; the client's destructor returns after the last `done`.
  /// Throws only what is wrong with the call itself (an empty request id).
  void wait_async(const RequestRef& request, const RunContext& context, std::function<void(WaitResult)> done);
  /// As above; the future holds the Error. The observer is used until the future is ready.
  [[nodiscard]] std::future<QueueStatus> wait_async(const RequestRef& request, const RunContext& context);
  /// The model's answer; Error{refused} carries the service's problems when the job failed.
  [[nodiscard]] ResultVideo result(const RequestRef& request, const RunContext& context);
  /// Downloads into `path` (created; the caller chose a temporary name). Size-checked; retried.
  void download(const ResultVideo& result, const std::string& path, const RunContext& context);
  [[nodiscard]] CancelOutcome cancel(const RequestRef& request, const RunContext& context);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace react1
