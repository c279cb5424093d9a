// SPDX-License-Identifier: Apache-2.0
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
#include <utility>
#include <vector>

#include <react1/api.hpp>
#include <react1/error.hpp>
#include <react1/plan.hpp>
#include <react1/platform.hpp>
#include <react1/run_context.hpp>
#include <react1/secret.hpp>

namespace react1::REACT1_ABI {

class ClipHost;         // clip_host.hpp
class WebhookReceiver;  // webhook.hpp

/// Retries of calls that are safe to repeat (GET, PUT, initiate); a submit is never among them once bytes were sent.
struct RetryOptions {
  int attempts = 5;                             ///< in total, 1 to 20
  std::chrono::milliseconds base_delay{500};    ///< doubles each time, jittered
  std::chrono::milliseconds max_delay{30'000};  ///< cap, also for Retry-After
};

/// Per-host limits shared by all clients in the process. Requests over a limit are queued, never rejected.
/// fal documents no limit on calls of its queue (queued work is not refused), so these guard the service against us.
struct HostLimits {
  int concurrency = 64;         ///< exchanges at a time, and as many status streams being opened; at least 1
  double requests_per_s = 200;  ///< in the long run, above 0; the clients of one job need about 10 in all
  int burst = 1000;             ///< requests that may be sent at once after idle time; at least 1
  int breaker_failures = 5;     ///< submits in a row without a proper answer until the service counts as down
  std::chrono::milliseconds breaker_pause{5'000};       ///< then submits wait this long for one probe; doubles
  std::chrono::milliseconds breaker_pause_max{60'000};  ///< up to this
};

/// What happens when a limit on waiting is reached. The paid request and its id are kept in every case.
enum class WaitPolicy {
  keep_waiting,  ///< Note{warning, "long_wait"}, once; the wait continues
  cancel,        ///< asks the service to cancel, then Error{network}; the result of a job that completed meanwhile is
                 ///< downloaded
  detach,        ///< Error{network, retryable}; the job continues at the service
};
/// "keep_waiting", "cancel", "detach". Throws Error{usage}.
[[nodiscard]] REACT1_API WaitPolicy parse_wait_policy(std::string_view text);
/// How long the service keeps an object and who may read it. Nothing set: nothing is sent and the account's setting
/// applies.
struct ObjectLifecycle {
  enum class Access { allow, hide, forbid };
  std::optional<std::chrono::seconds> expires_after;  ///< from its creation, at least 1 s; nullopt: not sent
  std::optional<Access> access;                       ///< for users without a rule; nullopt: not sent
  std::vector<std::pair<std::string, Access>> rules;  ///< user, decision; counts only together with `access`

  [[nodiscard]] bool empty() const noexcept { return !expires_after && !access; }
};

/// How local files are uploaded.
struct UploadOptions {
  std::int64_t multipart_above = std::int64_t{90}
                                 << 20;              ///< bytes; a larger file is uploaded in parts, as fal's clients do
  std::int64_t part_bytes = std::int64_t{10} << 20;  ///< at least 1; the last part may be shorter
  int parts_at_once = 4;                             ///< 1 to 16
  bool check_size = true;  ///< ask the host afterwards how much it stored; not answered: not checked
  bool reuse = true;       ///< a file already stored at the service is not uploaded again; needs `memory`
  /// SQLite file that records uploads, created when missing: finished ones for `reuse`, parts of others for the next
  /// attempt. URLs in it are sealed with the key. Empty: nothing is recorded. When it can't be used, uploads work
  /// without it.
  std::string memory{};
  /// How long a file counts as present when neither `lifecycle` nor its URL specifies it. The service keeps files as
  /// the account is configured, by default without limit; a day is far below every duration it documents.
  std::chrono::seconds assumed_life{24 * 3600};
  /// A file that expires within this time is not reused: the request may wait that long before it is read.
  std::chrono::seconds reuse_margin{3600};
  ObjectLifecycle lifecycle{};  ///< of the uploaded files
};

struct FalOptions {
  Secret key;  ///< "<id>:<secret>"; must not be empty
  std::string endpoint = "fal-ai/sync-lipsync/react-1";
  std::string queue_url = "https://queue.fal.run";  ///< plain http is accepted for loopback only
  std::string rest_url = "https://rest.fal.ai";
  /// Request history, prices and schema (platform.hpp). Empty: https://api.fal.ai/v1 when queue_url is fal's own, and
  /// otherwise there is none, because the key must not be sent to a host that was not configured.
  std::string platform_url{};
  RetryOptions retry{};
  std::chrono::milliseconds connect_timeout{15'000};
  std::chrono::milliseconds stall_timeout{30'000};  ///< no byte in either direction for this long
  std::chrono::milliseconds poll_interval{500};     ///< first pause between status polls; grows to poll_interval_max
  std::chrono::milliseconds poll_interval_max{5'000};
  std::chrono::milliseconds max_wait{3'600'000};  ///< of one wait() from its call to completion
  WaitPolicy on_max_wait = WaitPolicy::detach;
  /// In the queue without a break: for a request that is put back into it the time starts again. nullopt: max_wait.
  std::optional<std::chrono::milliseconds> max_queue_wait{};
  WaitPolicy on_max_queue_wait = WaitPolicy::detach;
  /// Wait on the service's status stream (one connection, immediate updates); false: poll. Polling is also the fallback
  /// when the stream is refused, breaks twice or withholds updates.
  bool status_stream = true;
  /// A stream without a byte for this long is broken; one without news for this long is checked by one poll.
  std::chrono::milliseconds stream_silence{60'000};
  HostLimits host{};                         ///< process-wide per host; the most recent client's limits apply
  std::int64_t max_answer_bytes = 16 << 20;  ///< JSON answers above this are refused
  std::int64_t max_result_bytes = std::int64_t{2} << 30;  ///< downloads above this are refused
  UploadOptions upload{};
  ObjectLifecycle result_lifecycle{};  ///< of the media that the request produces
  /// Where the service reports the end of a request (see webhook.hpp); empty: nowhere. http(s), without a
  /// fragment. Needs no secret in it: reports are signed. A request with a token (SubmitWatch) is reported to a
  /// path below this one: "/<token>" is added.
  std::string webhook_url{};
  /// Receives what is sent to webhook_url; null: another program does. A wait for a request that this client, or
  /// another with the same URL, has submitted then sleeps until the report arrives and polls rarely, in case none does.
  /// May serve several clients.
  std::shared_ptr<WebhookReceiver> webhook_receiver{};
  /// First pause between status polls while a report is expected, which bounds how late the end is found when it never
  /// comes; grows to webhook_poll_interval_max.
  std::chrono::milliseconds webhook_poll_interval{30'000};
  std::chrono::milliseconds webhook_poll_interval_max{300'000};
};

/// Key from FAL_KEY, else FAL_KEY_ID + FAL_KEY_SECRET (an empty FAL_KEY counts as unset); hosts from REACT1_QUEUE_URL,
/// REACT1_REST_URL and REACT1_PLATFORM_URL. Throws Error{auth} without a key or with one that cannot be a header value.
/// Reads the environment.
[[nodiscard]] REACT1_API FalOptions fal_options_from_environment();

/// Which service a client talks to.
struct ServiceIdentity {
  std::string endpoint;   ///< e.g. "fal-ai/sync-lipsync/react-1"
  std::string queue_url;  ///< without a trailing slash
  /// The run of the loopback sandbox that has proved to answer there; empty: a service whose calls are paid for.
  std::string sandbox{};

  [[nodiscard]] bool is_sandbox() const noexcept { return !sandbox.empty(); }
};

/// A request the service has accepted. The URLs are the service's own; stored, and checked before the key is sent
/// there.
struct RequestRef {
  std::string request_id{};
  std::string status_url{}, response_url{}, cancel_url{};  ///< empty: derived from endpoint and id
  /// Its end is reported to FalOptions::webhook_url. submit() sets it; a JobStore does not keep it, because another
  /// process listens elsewhere or not at all, and so a continued request is waited for without reports.
  bool webhook = false;
};

struct LogLine {
  std::string timestamp, level, message;
};

struct QueueStatus {
  enum class State { in_queue, in_progress, completed, unknown };
  State state = State::unknown;
  std::string word;  ///< the service's own status word
  std::optional<std::int64_t> queue_position;
  std::vector<LogLine> logs;      ///< the window in this answer; may repeat earlier lines
  std::string error, error_type;  ///< COMPLETED but failed; empty otherwise
  std::optional<double> inference_s;
};

/// The model's answer. Only `url` is always present.
struct ResultVideo {
  std::string url;
  std::string content_type, file_name;
  std::optional<std::int64_t> file_size;
  std::optional<int> width, height;
  std::optional<double> fps, duration_s, num_frames;  ///< as reported; any of them may be fractional
  std::string raw_json;                               ///< the whole body as the service sent it
};

/// The moments of a submit that a job store has to record. All may be empty.
struct SubmitWatch {
  /// The host accepts requests again and nothing was sent yet: once this returns, the call may be accepted. When it
  /// throws, nothing is sent and the exception propagates. Called once per attempt.
  std::function<void()> about_to_leave{};
  /// The last attempt was refused temporarily or never reached the service; another follows after a pause.
  std::function<void()> not_accepted{};
  /// Added to the path of FalOptions::webhook_url, so that a report identifies its job even if the answer was lost.
  /// Letters, digits, '-' and '_'; empty: the URL as it is.
  std::string token{};
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
class REACT1_API FalClient {
 public:
  /// Throws Error{auth|usage} when the options cannot work; opens no connection.
  explicit FalClient(FalOptions options);
  FalClient(FalClient&&) noexcept;
  FalClient& operator=(FalClient&&) noexcept;
  ~FalClient();

  /// As passed to the constructor; valid as long as the client.
  [[nodiscard]] const FalOptions& options() const noexcept;

  /// Uploads a local file through a signed URL, in parts when it is large, and returns the URL to put into a request.
  /// The key never goes to the storage host. Retried, part by part; a later call resumes with the missing parts.
  /// A file already stored at the service is not sent (UploadOptions::reuse); the note "upload_reused" reports that.
  /// `sha256` is that of the file's content, lower-case hex, when the caller knows it; else it is computed when needed.
  /// `name` is the file's name at the service (empty: its own name); an upload under a given name is reused only for
  /// that name.
  [[nodiscard]] std::string upload(const std::string& path, const std::string& content_type, const RunContext& context,
                                   const std::string& sha256 = {}, const std::string& name = {});
  /// The same as a ClipHost: the service's own storage, with the options and the memory of uploads of this client. It
  /// lives as long as the client.
  [[nodiscard]] ClipHost& clip_host();

  /// Submits once. Re-sent only when the connection was never established or the service refused it definitely.
  /// Throws Error{outcome_unknown} when bytes were sent and no answer came. A stop throws Error{interrupted}, which
  /// is retryable() only when nothing was sent; otherwise the outcome is just as unknown.
  /// `watch` is called on the caller's thread before each attempt is sent and after one that provably did not arrive.
  [[nodiscard]] RequestRef submit(const Parameters& parameters, const std::string& video_url,
                                  const std::string& audio_url, const RunContext& context,
                                  const SubmitWatch& watch = {});

  [[nodiscard]] QueueStatus status(const RequestRef& request, const RunContext& context);
  /// Waits until the request is completed, on the status stream or by polling; reports queue position and new log lines
  /// to the observer. Limits: max_wait, max_queue_wait. With a webhook_receiver it waits for the report instead (see
  /// FalOptions); a report only triggers an immediate status poll.
  QueueStatus wait(const RequestRef& request, const RunContext& context);
  /// The same without a thread of its own: thousands may wait at a time. `done` is called once, on the client's own
  /// thread, as is the observer (which lives until then): both must return quickly, must not throw, and may start
  /// other asynchronous waits, but make no blocking call of a client and don't end the client. `context` is copied. A
  /// stop and the client's end both come as Error{interrupted}; the client's destructor returns after the last `done`.
  /// Throws only for an invalid call (an empty request id).
  void wait_async(const RequestRef& request, const RunContext& context, std::function<void(WaitResult)> done);
  /// As above; the future holds the Error. The observer is used until the future is ready.
  [[nodiscard]] std::future<QueueStatus> wait_async(const RequestRef& request, const RunContext& context);
  /// The model's answer; Error{refused} carries the service's problems when the job failed.
  [[nodiscard]] ResultVideo result(const RequestRef& request, const RunContext& context);
  /// Downloads into `path` (created; the caller chose a temporary name). Size-checked; retried.
  void download(const ResultVideo& result, const std::string& path, const RunContext& context);
  [[nodiscard]] CancelOutcome cancel(const RequestRef& request, const RunContext& context);

  /// Which service this is. A service on another machine is never a sandbox and is not asked. One on loopback is asked,
  /// each time: it is a sandbox when it answers a challenge as only our sandbox does, and else a service that is paid,
  /// when it says so in the queue's own format, twice. Any other answer (a page, a redirect, nothing) is inconclusive:
  /// Error{network}, retryable.
  [[nodiscard]] ServiceIdentity identity(const RunContext& context);

  // The platform API (platform.hpp). None of it costs anything. Every call throws Error{usage} when the client has no
  // platform (FalOptions::platform_url), Error{auth} when the key is refused or lacks permission, Error{network} when
  // the platform can't be reached or something else answers in its place.
  [[nodiscard]] bool has_platform() const noexcept;
  /// Every request to this endpoint in the time span, all pages.
  [[nodiscard]] std::vector<HistoryEntry> history(const HistoryQuery& query, const RunContext& context);
  /// Of one unit of the endpoint's output, discounts of the account included.
  [[nodiscard]] UnitPrice unit_price(const RunContext& context);
  /// Of `units` units.
  [[nodiscard]] CostEstimate estimate_cost(const Rational& units, const RunContext& context);
  /// The endpoint's OpenAPI description as it is now, JSON.
  [[nodiscard]] std::string live_schema(const RunContext& context);
  /// The smallest request that needs the key; free.
  [[nodiscard]] KeyProbe probe_key(const RunContext& context);

  /// The request whose report has `token` in its path, when the client's webhook receiver has it or gets it within
  /// `patience`; nullopt: no such report (or no receiver). Throws Error{interrupted}.
  [[nodiscard]] std::optional<std::string> reported_request(const std::string& token,
                                                            std::chrono::milliseconds patience,
                                                            const RunContext& context);
  [[nodiscard]] bool expects_reports() const noexcept;  ///< it has a webhook receiver
  /// Token and request id of every report that the receiver has, with a token, and that was not requested yet.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> reported_tokens() const;

 private:
  struct REACT1_LOCAL Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace react1::REACT1_ABI
