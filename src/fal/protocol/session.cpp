// SPDX-License-Identifier: Apache-2.0
#include "fal/protocol/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <react1/error.hpp>
#include <utility>
#include <vector>

#include "core/redact.hpp"
#include "core/saturate.hpp"
#include "http/message/url.hpp"
#include "models/registry.hpp"

namespace react1::fal {

void check_key(const Secret& key) {
  const std::string& text = key.expose();
  const auto refuse = [](const char* message, const char* hint) {
    throw Error(ErrorCode::auth, "FAL_KEY", message, {.hint = hint});
  };
  if (text.empty()) refuse("no key is set", "set FAL_KEY to <key id>:<key secret>, or FAL_KEY_ID and FAL_KEY_SECRET");
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; }))
    refuse("the key contains a line break, a space or a control character",
           "copy it again without the surrounding text; $(cat …) and pasted lines often add one");
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7F; }))
    refuse("the key contains a character that is not valid in a key", "copy it again from fal.ai/dashboard/keys");
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size())
    refuse("the key is not of the form <key id>:<key secret>",
           "copy the whole key from fal.ai/dashboard/keys, both halves and the colon");
}

FalOptions within_time(FalOptions options) {
  const auto cut = [](auto&... lengths) { ((lengths = at_most_forever(lengths)), ...); };
  cut(options.retry.base_delay, options.retry.max_delay, options.host.breaker_pause, options.host.breaker_pause_max,
      options.upload.assumed_life, options.upload.reuse_margin, options.connect_timeout, options.stall_timeout,
      options.poll_interval, options.poll_interval_max, options.max_wait, options.stream_silence,
      options.webhook_poll_interval, options.webhook_poll_interval_max);
  if (options.max_queue_wait) cut(*options.max_queue_wait);
  return options;
}

void check_options(const FalOptions& options) {
  check_key(options.key);
  std::vector<std::string> problems;
  const auto require = [&](bool fine, const char* problem) {
    if (!fine) problems.emplace_back(problem);
  };
  using std::chrono::milliseconds;
  require(options.retry.attempts >= 1 && options.retry.attempts <= 20, "retry.attempts must be 1 to 20");
  require(options.retry.base_delay >= milliseconds(0), "retry.base_delay must not be negative");
  require(options.retry.max_delay >= options.retry.base_delay, "retry.max_delay must not be below retry.base_delay");
  require(options.connect_timeout > milliseconds(0), "connect_timeout must be above 0");
  require(options.stall_timeout > milliseconds(0), "stall_timeout must be above 0");
  require(options.poll_interval > milliseconds(0), "poll_interval must be above 0");
  require(options.poll_interval_max >= options.poll_interval, "poll_interval_max must not be below poll_interval");
  require(options.max_wait > milliseconds(0), "max_wait must be above 0");
  require(!options.max_queue_wait || *options.max_queue_wait > milliseconds(0), "max_queue_wait must be above 0");
  require(options.stream_silence > milliseconds(0), "stream_silence must be above 0");
  require(options.host.concurrency >= 1, "host.concurrency must be at least 1");
  require(options.host.requests_per_s > 0, "host.requests_per_s must be above 0");
  require(options.host.burst >= 1, "host.burst must be at least 1");
  require(options.host.breaker_failures >= 1, "host.breaker_failures must be at least 1");
  require(options.host.breaker_pause > milliseconds(0), "host.breaker_pause must be above 0");
  require(options.host.breaker_pause_max >= options.host.breaker_pause,
          "host.breaker_pause_max must not be below host.breaker_pause");
  require(options.max_answer_bytes > 0, "max_answer_bytes must be above 0");
  require(options.max_result_bytes > 0, "max_result_bytes must be above 0");
  const UploadOptions& upload = options.upload;
  require(upload.multipart_above >= 0, "upload.multipart_above must not be negative");
  require(upload.part_bytes >= 1, "upload.part_bytes must be at least 1");
  require(upload.parts_at_once >= 1 && upload.parts_at_once <= 16, "upload.parts_at_once must be 1 to 16");
  using std::chrono::seconds;
  require(upload.assumed_life >= seconds(0), "upload.assumed_life must not be negative");
  require(upload.reuse_margin >= seconds(0), "upload.reuse_margin must not be negative");
  require(upload.lifecycle.expires_after.value_or(seconds(1)) >= seconds(1),
          "upload.lifecycle.expires_after must be at least 1 s");
  require(options.result_lifecycle.expires_after.value_or(seconds(1)) >= seconds(1),
          "result_lifecycle.expires_after must be at least 1 s");
  if (!options.webhook_url.empty()) {
    const auto webhook = http::parse_url(options.webhook_url);
    require(webhook && !webhook->has_user_info && !webhook->has_fragment,
            "webhook_url must be an http(s) URL without user name and fragment");
  }
  require(!options.webhook_receiver || !options.webhook_url.empty(),
          "webhook_receiver needs a webhook_url, else nothing is reported");
  require(options.webhook_poll_interval > milliseconds(0), "webhook_poll_interval must be above 0");
  require(options.webhook_poll_interval_max >= options.webhook_poll_interval,
          "webhook_poll_interval_max must not be below webhook_poll_interval");
  if (!problems.empty()) throw Error(ErrorCode::usage, "service options", fmt::format("{}", fmt::join(problems, "; ")));
}

Session::Session(const FalOptions& options, http::Transport& transport, const Clock& clock, http::Dice dice)
    : options_(options),
      endpoints_(options),
      model_(models::at(options.endpoint)),
      transport_(transport),
      clock_(clock),
      dice_(std::move(dice)) {}

http::Request Session::without_key(http::Method method, const std::string& url) const {
  http::Request request;
  request.method = method;
  request.url = url;
  request.connect_timeout = options_.connect_timeout;
  request.stall_timeout = options_.stall_timeout;
  request.sink = http::TextSink{options_.max_answer_bytes};
  request.reach = endpoints_.reach();
  return request;
}

http::Request Session::with_key(http::Method method, const std::string& url, const char* accept) const {
  return keyed(method, url, accept, endpoints_.may_hold_key(url));
}

http::Request Session::to_platform(http::Method method, const std::string& url) const {
  return keyed(method, url, "application/json", endpoints_.is_platform(url));
}

http::Request Session::keyed(http::Method method, const std::string& url, const char* accept, bool allowed) const {
  if (!allowed) throw Error(ErrorCode::internal, redact_url(url), "the key would have been sent to a foreign host");
  http::Request request = without_key(method, url);
  request.reach = http::Reach::anywhere;  // the operator has configured this host
  request.headers.add("Authorization", "Key " + options_.key.expose());
  request.headers.add("Accept", accept);
  request.decode = true;
  // A transfer of a few kilobytes that takes longer than this is being slowed down deliberately.
  request.total_timeout = options_.connect_timeout + 2 * options_.stall_timeout;
  return request;
}

}  // namespace react1::fal
