// SPDX-License-Identifier: Apache-2.0
// Rows: retries, waiting, lost answers, webhook, budget, upload, price, storage.
#include <chrono>
#include <cstdint>

#include "recipe/options/member_type.hpp"
#include "recipe/options/table.hpp"

namespace react1::recipe {
namespace {

constexpr std::int64_t week_ms = 604'800'000;
constexpr std::int64_t century_s = 3'153'600'000;
constexpr std::int64_t most_usd = 100'000;

/// A time, or "off": a person decides.
void take_look_up_wait(const std::string& text, const IsGiven& /*is_given*/, PipelineOptions& options) {
  options.lost_answer.look_up = text != "off";
  if (!options.lost_answer.look_up) return;
  const Limits limits{.range = between(0, week_ms)};
  options.lost_answer.max_wait = MemberType<std::chrono::milliseconds>::parse(text, limits);
}

std::vector<Option> wait_rows() {
  return {
      option("/wait/max_wait_ms", REACT1_MEMBER(max_wait), between(1, week_ms),
             "Longest wait, from submit to completion."),
      option("/wait/on_max_wait", REACT1_MEMBER(on_max_wait),
             "After max_wait_ms. keep_waiting: warn and continue; cancel: ask the service to cancel; detach: end, the "
             "request continues there."),
      option("/wait/max_queue_wait_ms", REACT1_MEMBER(max_queue_wait), between(1, week_ms),
             "Longest wait in the service's queue without a break.")
          .null_means("no limit"),
      option("/wait/on_max_queue_wait", REACT1_MEMBER(on_max_queue_wait), "After max_queue_wait_ms; see on_max_wait."),
      option("/wait/stall_timeout_ms", REACT1_MEMBER(stall_timeout), between(1, hour_ms),
             "An exchange with the service that carries no byte for this long has failed."),
      option("/wait/on_interrupt", REACT1_MEMBER(on_interrupt),
             "What Ctrl-C does to a paid request. detach: it continues; cancel: ask the service to cancel it.")
          .flagged(FlagGroup::interrupt, {"--on-interrupt"}),
  };
}

std::vector<Option> lost_answer_rows() {
  return {
      option("/lost_answer/look_up", REACT1_MEMBER(lost_answer.look_up),
             "Look for the call in the request history. false: a person decides (`react1 jobs resolve`)."),
      option("/lost_answer/attempts", REACT1_MEMBER(lost_answer.attempts), between(1, 1000),
             "Most queries of the request history.")
          .flagged(FlagGroup::lost_answer, {"--look-up-attempts"}, "N"),
      option("/lost_answer/base_delay_ms", REACT1_MEMBER(lost_answer.base_delay), between(1, hour_ms),
             "Pause before the second query; doubles each time."),
      option("/lost_answer/max_delay_ms", REACT1_MEMBER(lost_answer.max_delay), between(1, hour_ms),
             "Longest of these pauses."),
      option("/lost_answer/max_wait_ms", REACT1_MEMBER(lost_answer.max_wait), between(0, week_ms),
             "Look for a paid call whose answer was lost for this long; 0: once. Requests may be listed late, and only "
             "after their end.")
          .flagged(FlagGroup::lost_answer, {"--look-up-wait"}, "TIME|off")
          .taken_by(take_look_up_wait),
  };
}

std::vector<Option> webhook_rows() {
  return {
      option("/webhook/listen", REACT1_MEMBER(webhook.listen),
             "Address where run and submit --wait listen for the service's report of the end, and poll only as a "
             "fallback; without ADDRESS 127.0.0.1, port 0: any free one.")
          .flagged(FlagGroup::webhook, {"--webhook-listen"}, "[ADDRESS:]PORT")
          .null_means("nowhere"),
      option(
          "/webhook/url", REACT1_MEMBER(webhook.url),
          "Public http(s) URL that leads to listen, where the service sends the report. Reports are signed; no secret "
          "is needed in it.")
          .flagged(FlagGroup::webhook, {"--webhook-url"}, "URL")
          .null_means("none; listen itself, for a service on this machine"),
      option("/webhook/poll_interval_ms", REACT1_MEMBER(webhook.poll_interval), between(1, hour_ms),
             "First pause between status polls while a report is expected; grows to poll_interval_max_ms. How late the "
             "end is found when the report never comes."),
      option("/webhook/poll_interval_max_ms", REACT1_MEMBER(webhook.poll_interval_max), between(1, hour_ms),
             "Longest of these pauses."),
  };
}

std::vector<Option> upload_rows() {
  return {
      option("/upload/reuse", REACT1_MEMBER(upload.reuse),
             "Do not upload a clip again that the service already stores.")
          .switched_off_by(FlagGroup::upload, "--no-upload-cache",
                           "Upload both clips even if the service already stores them."),
      option(
          "/upload/expires_after_s", REACT1_MEMBER(upload.lifecycle.expires_after), between(1, century_s),
          "The service may delete the uploaded clips after this time. A clip that expires within an hour is never used "
          "twice.")
          .flagged(FlagGroup::upload, {"--upload-expires"}, "TIME")
          .null_means("as the account is set"),
      option("/upload/parts_at_once", REACT1_MEMBER(upload.parts_at_once), between(1, 16),
             "Parts of a large file that are uploaded at the same time."),
      option("/upload/multipart_above_bytes", REACT1_MEMBER(upload.multipart_above), between(0, 90 << 20),
             "Upload larger files in parts."),
  };
}

std::vector<Option> budget_rows() {
  return {
      option("/budget/max_cost_usd", REACT1_MEMBER(budget.max_cost_usd), between(0, most_usd),
             "Send nothing when the call is predicted to cost more.")
          .flagged(FlagGroup::payment, {"--max-cost"}, "USD")
          .null_means("no limit"),
      option("/budget/per_day_usd", REACT1_MEMBER(budget.per_day_usd), between(0, most_usd),
             "Most that all calls of the job store may cost between midnights UTC.")
          .null_means("no limit"),
  };
}

}  // namespace

std::vector<Option> service_rows() {
  std::vector<Option> rows{
      option("/retry/attempts", REACT1_MEMBER(retry.attempts), between(1, 20), "Attempts in total."),
      option("/retry/base_delay_ms", REACT1_MEMBER(retry.base_delay), between(1, hour_ms),
             "First pause; doubles each time, with jitter."),
      option("/retry/max_delay_ms", REACT1_MEMBER(retry.max_delay), between(1, hour_ms),
             "Longest pause, also when the service asks for more."),
  };
  for (const auto part : {wait_rows, lost_answer_rows, webhook_rows, budget_rows, upload_rows}) {
    std::vector<Option> more = part();
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

std::vector<Option> payment_rows() {
  return {
      option("/price/output_usd_per_minute", REACT1_MEMBER(price.usd_per_minute), between(0, most_usd),
             "US dollars per minute of output."),
      option("/price/ask_account", REACT1_MEMBER(ask_price),
             "Ask the service once a day what the account pays, and use that price."),
      option("/storage/clips_directory", REACT1_MEMBER(clips_directory),
             "Folder of the prepared clips; a relative path counts from the working directory.")
          .null_means("clips in the state folder"),
      option("", REACT1_MEMBER(again), "Pay again although the same clips and parameters were paid before.")
          .flagged(FlagGroup::payment, {"--again"}),
  };
}

}  // namespace react1::recipe
