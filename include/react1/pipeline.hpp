// SPDX-License-Identifier: Apache-2.0
// The main job and its parts: everything the program does is one call away.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <react1/api.hpp>
#include <react1/clip_host.hpp>
#include <react1/fal.hpp>
#include <react1/jobs.hpp>
#include <react1/media.hpp>
#include <react1/output.hpp>
#include <react1/plan.hpp>
#include <react1/run_context.hpp>
#include <react1/verification.hpp>

namespace react1::REACT1_ABI {

/// The model parameters as a user gives them: `lipsync_mode` unset means "auto", the advice decides.
struct RequestedParameters {
  std::optional<Emotion> emotion;  ///< run and submit require it for React-1
  ModelMode model_mode = ModelMode::face;
  std::optional<LipsyncMode> lipsync_mode;
  double temperature = 0.5;
  std::map<std::string, std::string> more{};  ///< see Parameters
};

/// What may be spent. Checked before anything is uploaded, and again, atomically, right before the paid call; a call
/// over the limit is Error{balance}. A sandbox (ServiceIdentity::sandbox) costs nothing.
struct Budget {
  std::optional<Rational> max_cost_usd{};  ///< of one call, as predicted; ≥ 0
  /// Of all calls that the job store knows of since midnight UTC, those with an unknown outcome included; ≥ 0.
  std::optional<Rational> per_day_usd{};
};

/// What an interruption does to a request that is paid and not finished.
enum class OnInterrupt {
  detach,  ///< it continues at the service, and can be fetched later
  cancel,  ///< the service is asked to cancel it; one that is already running may still finish and be paid
};
/// "detach", "cancel". Throws Error{usage}.
[[nodiscard]] REACT1_API OnInterrupt parse_on_interrupt(std::string_view text);

/// Where to listen.
struct ListenAddress {
  std::string address = "127.0.0.1";  ///< IPv4, numeric
  std::uint16_t port = 0;             ///< 0: any free one
};
/// "[ADDRESS:]PORT". Throws Error{usage}.
[[nodiscard]] REACT1_API ListenAddress parse_listen_address(std::string_view text);

/// Webhook settings. run() and submit() do not listen: the code that constructs the FalClient applies them, as the
/// program does. See client_options(), webhook.hpp and the webhook fields of FalOptions.
struct WebhookPlan {
  std::optional<ListenAddress> listen{};  ///< nullopt: no listener
  /// The URL that is sent to the service, http(s); empty: none, or the listener's own address when the service is on
  /// this machine.
  std::string url{};
  std::chrono::milliseconds poll_interval{30'000};       ///< 1 ms to 1 h
  std::chrono::milliseconds poll_interval_max{300'000};  ///< likewise; at least poll_interval
};

/// Searching the service's request history for a paid call whose answer was lost. The history can prove that the call
/// was accepted, never that it was not: what is not found stays unknown.
struct LostAnswerOptions {
  bool look_up = true;                          ///< false: a person decides
  int attempts = 15;                            ///< queries of the history, 1 to 1000
  std::chrono::milliseconds base_delay{2'000};  ///< pause before the second query; doubles
  std::chrono::milliseconds max_delay{60'000};  ///< up to this
  /// No further query after this time. Entries may appear late, and only after the request has ended.
  std::chrono::milliseconds max_wait{600'000};
};

/// All options of `run`, except the service and the clips. Filled by load_recipe(), overridden by flags. Options marked
/// "client" are carried out by the client that is passed to run(), and take effect through client_options().
struct PipelineOptions {
  /// The model that plan() and prepare() make clips for, by its endpoint; empty, or one that is not known: React-1.
  /// run() and submit() take the client's endpoint in its place.
  std::string endpoint{};
  PrepareOptions prepare{};
  RequestedParameters parameters{};
  AdviceOptions advice{};
  Price price{};
  /// run() and submit() ask the service once a day what the account pays, and use that in place of `price`.
  bool ask_price = true;
  Budget budget{};
  RetryOptions retry{};                           ///< client
  std::chrono::milliseconds max_wait{3'600'000};  ///< client: from the call of wait() to completion; the id is kept
  WaitPolicy on_max_wait = WaitPolicy::detach;    ///< client
  std::optional<std::chrono::milliseconds> max_queue_wait{};  ///< client: in the queue without a break; nullopt: any
  WaitPolicy on_max_queue_wait = WaitPolicy::detach;          ///< client
  /// Client: an exchange with the service without a byte for this long failed.
  std::chrono::milliseconds stall_timeout{30'000};
  WebhookPlan webhook{};   ///< client; its creator also starts the listener
  UploadOptions upload{};  ///< client; see fal.hpp
  OnInterrupt on_interrupt = OnInterrupt::detach;
  LostAnswerOptions lost_answer{};
  bool again = false;      ///< pay a second time for the same intent
  OutputOptions output{};  ///< of run() and prepare()
  /// Where run() and submit() keep the clips they made, a folder per intent; empty = state_directory()/clips. Folders
  /// not written for 7 days are removed by the next run.
  std::string clips_directory{};

  /// All problems at once, empty when there are none. Each names the field and the allowed range.
  [[nodiscard]] REACT1_API std::vector<std::string> validate() const;
};

/// `service` with the client settings of `options`: retries, wait limits, uploads, the webhook's URL and polls. For
/// constructing the client that is passed to run(), submit() and fetch_result(). `service` keeps its own upload memory
/// where `options` names none.
[[nodiscard]] REACT1_API FalOptions client_options(FalOptions service, const PipelineOptions& options);

/// A recipe by name ("default") or path. Throws Error{usage} naming file, JSON path, what was found and what is
/// allowed.
[[nodiscard]] REACT1_API PipelineOptions load_recipe(const std::string& name_or_path);

/// What `plan` and `prepare` give.
struct Preparation {
  PreparedClip video, audio;
  std::optional<Conformed> conform;  ///< nullopt: no fitting to the voice was requested
  Mismatch mismatch;
  Advice advice;
  Prediction prediction;  ///< for the mode that will be used
  Price price;            ///< used for the predicted costs
  TakeOffset offset;
  std::optional<Speech> speech;  ///< in the prepared audio; nullopt: read from a record that doesn't hold it
  std::vector<Warning> warnings;
};

/// What the account of `client` pays: requested from the service when the stored price is older than a day, and stored
/// in the state folder. Returns `otherwise` when there is no platform, when it cannot be reached and no price is
/// stored, or when its price is not in USD per minute; a note reports that. Throws Error{interrupted}.
[[nodiscard]] REACT1_API Price current_price(FalClient& client, const Price& otherwise, const RunContext& context);
/// The stored price of that account, at most a month old, else `otherwise`. Makes no request.
[[nodiscard]] REACT1_API Price remembered_price(const FalOptions& service, const Price& otherwise);

/// Everything prepare would do; writes nothing, makes no request.
[[nodiscard]] REACT1_API Preparation plan(const Source& video, const Source& audio, const PipelineOptions& options,
                                          const RunContext& context);
/// Writes `directory`/video.mp4, audio.mp3 and prepare.json (created when missing). Both clips at the same time.
/// Existing files of these names stay when they are identical; else see OutputOptions.
[[nodiscard]] REACT1_API Preparation prepare(const Source& video, const Source& audio, const std::string& directory,
                                             const PipelineOptions& options, const RunContext& context);

/// Wall time of each stage; nullopt: it did not take place here.
struct Timings {
  /// upload_s: from both clips made to both uploaded; what was uploaded before that does not count.
  std::optional<double> prepare_s, upload_s, queue_s, inference_s, download_s, verify_s, total_s;
};

/// The whole record of a run; written next to the output as OUT.json. Contents of an earlier record of the same request
/// are kept.
struct RunRecord {
  std::string job_id, request_id;
  bool sandbox = false;                  ///< made by the loopback service: timing only, no lip-sync
  std::optional<Preparation> prepare;    ///< nullopt: the request was submitted by another program
  std::optional<Parameters> parameters;  ///< likewise
  std::string video_url, audio_url;      ///< as uploaded, redacted
  std::string response_json;             ///< as the service sent it
  std::string output_path;
  std::int64_t output_bytes = 0;
  std::string output_sha256;
  Verification verification;
  Timings timings;
  bool reused = false;  ///< the first result of the same intent; nothing was paid now
};

/// The service, the job store and the host of the clips of a run. FalClient::identity() determines which service it is.
/// All of it must outlive the call.
struct Service {
  FalClient& client;
  JobStore& jobs;
  /// Where the clips are uploaded; nullptr: the service's own storage (FalClient::clip_host).
  ClipHost* clip_host = nullptr;
};

/// The outcome of a request to cancel. Requesting is not cancelling: a request that is running may finish, and is
/// paid.
enum class Cancelled {
  cancelled,  ///< confirmed by the service; there will be no result
  finished,   ///< it finished nevertheless: paid, and its result can be fetched
  failed,     ///< it had already failed
  asked,      ///< not known yet; the job stays submitted, and the next run or fetch of it polls again
  not_found,  ///< the service does not know it under this key
};
/// Requests the cancellation of `request`, then polls for up to `patience`, and moves its job, if the store has one, to
/// cancelled only when the service confirms it. Throws Error when the service can't be asked.
[[nodiscard]] REACT1_API Cancelled cancel_request(const RequestRef& request, Service service,
                                                  std::chrono::milliseconds patience, const RunContext& context);

/// The outcome of the search for a paid call whose answer was lost.
struct LookUp {
  enum class Kind {
    attached,    ///< exactly one request of the history is this call: the job is submitted, nothing was paid
    not_found,   ///< not listed (yet). It may nevertheless have been accepted
    undecided,   ///< several requests match, or one can't be compared: a person decides
    unreadable,  ///< the history can't be read, or must not be asked
  };
  Kind kind = Kind::not_found;
  std::string saw;  ///< for people, one line; contains no key
  Job job;          ///< its current state
};
/// Looks for the paid call of a job in outcome_unknown (or in submitting, its process dead): in the reports that the
/// client's webhook receiver has, and in the service's request history, repeatedly as `options` specify. A match has
/// the same endpoint and input, was sent between 120 s before the call and now, and belongs to no other job. A job in
/// another state is returned unchanged: attached when it has a request. Throws Error{usage} when there is no such job,
/// Error{interrupted}, Error{io}. Pays nothing.
[[nodiscard]] REACT1_API LookUp look_up_request(const std::string& job_id, Service service,
                                                const LostAnswerOptions& options, const RunContext& context);

/// The main job. The verdict of the returned record may be fail (the file is kept): check it.
/// Throws Error{hold} before paying when the advice is to hold and no mode was named, and Error{usage} before anything
/// is uploaded for an output that may not be written (see OutputOptions). Failures after the file has its name (the
/// record, the job store) are warnings to the observer and not an Error.
[[nodiscard]] REACT1_API RunRecord run(const Source& video, const Source& audio, const std::string& output,
                                       const PipelineOptions& options, Service service, const RunContext& context);
/// Prepare, upload and submit; returns the job once the request id is on disk.
[[nodiscard]] REACT1_API Job submit(const Source& video, const Source& audio, const PipelineOptions& options,
                                    Service service, const RunContext& context);
/// Waits for, downloads and verifies a request known by id, also one of another program. The output is treated as by
/// run().
[[nodiscard]] REACT1_API RunRecord fetch_result(const std::string& request_id, const std::string& output,
                                                Service service, const RunContext& context,
                                                const OutputOptions& options = {});

/// The verification alone. With `expect`, compares with that record (run or prepare document); without, checks the file
/// by itself.
[[nodiscard]] REACT1_API Verification verify(const std::string& path,
                                             const std::optional<std::string>& expect_record_path,
                                             const RunContext& context);

}  // namespace react1::REACT1_ABI
