// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <memory>
#include <react1/version.hpp>
#include <string_view>

#include "core/clock.hpp"
#include "core/json_text.hpp"
#include "core/redact.hpp"
#include "doctor/examinations.hpp"
#include "doctor/live_schema.hpp"
#include "fal/platform/platform_api.hpp"
#include "fal/protocol/session.hpp"
#include "fal/protocol/verdict.hpp"
#include "fal/queue/queue.hpp"
#include "http/engine/curl_transport.hpp"
#include "http/message/date.hpp"
#include "models/registry.hpp"

namespace react1::doctor {
namespace {

using std::chrono::seconds;

/// A request that does not exist: its status costs nothing, and only the queue answers in the queue's format.
constexpr const char* kNobodysRequest = "00000000-0000-4000-8000-000000000000";
/// Reports are signed with a time that counts for five minutes, and history is searched by time.
constexpr seconds kTolerableSkew{30}, kHarmfulSkew{240};
/// Short, because a person waits for the answer.
constexpr int kAttempts = 2;

Finding clock_of(const http::Response& response, std::chrono::system_clock::time_point now) {
  const auto header = response.headers.find("Date");
  const auto date = header ? http::parse_date(*header) : std::nullopt;
  if (!date) return skipped("clock", "the service reports no time");
  const auto ahead = std::chrono::duration_cast<seconds>(now - *date);
  const auto off = std::chrono::abs(ahead);
  const std::string found =
      fmt::format("this clock is {} s {} the service's", off.count(), ahead.count() > 0 ? "ahead of" : "behind");
  const char* cure = "synchronise the clock (timedatectl set-ntp true)";
  if (off > kHarmfulSkew) return failed("clock", ErrorCode::network, found, cure);
  if (off > kTolerableSkew) return warning("clock", found, cure);
  return good("clock", "agrees with the service's to half a minute");
}

/// The error code of a job that meets this error.
Finding stopped_by(std::string check, const Error& error) {
  if (error.code() == ErrorCode::interrupted) throw error;
  return failed(std::move(check), error);
}

void check_queue(const fal::Session& session, Findings& findings, const RunContext& context) {
  const Secret& key = session.options().key;
  const RequestRef missing =
      fal::checked_request(session, RequestRef{.request_id = kNobodysRequest}, silent_observer());
  const fal::Subject subject{redact_url(missing.status_url), "asking the queue"};
  http::Response response;
  try {
    response = fal::answer_of(
        http::perform_with_retry(session.transport(), session.with_key(http::Method::get, missing.status_url),
                                 session.retry(), context),
        subject);
  } catch (const Error& error) {
    findings.push_back(stopped_by("queue", error));
    findings.push_back(skipped("key", "the queue can't be reached"));
    return;
  }
  const fal::Fault fault = fal::read_fault(response, key);
  if (!fault.is_queue_format()) {
    findings.push_back(failed("queue", ErrorCode::network,
                              fmt::format("{}: something else answers in the service's place ({})", subject.where,
                                          fal::describe(response, fault)),
                              "a proxy or a login page may be in between; check REACT1_QUEUE_URL and the proxy"));
    findings.push_back(skipped("key", "the queue can't be reached"));
    return;
  }
  findings.push_back(good("queue", fmt::format("{} answers as the queue does", session.options().queue_url)));
  findings.push_back(fal::is_denial(response, key) ? failed("key", fal::refusal(response, subject, key))
                                                   : good("key", "the queue accepts it"));
  findings.push_back(clock_of(response, session.clock().wall()));
}

void check_upload_host(const fal::Session& session, Findings& findings, const RunContext& context) {
  const std::string url = session.endpoints().rest();
  const fal::Subject subject{redact_url(url), "reaching the upload host"};
  try {
    static_cast<void>(
        fal::answer_of(http::perform_with_retry(session.transport(), session.without_key(http::Method::get, url + "/"),
                                                session.retry(), context),
                       subject));
    findings.push_back(good("upload_host", fmt::format("{} can be reached", url)));
  } catch (const Error& error) {
    findings.push_back(stopped_by("upload_host", error));
  }
}

Finding history_of(FalClient& client, const RunContext& context) {
  const char* what = "a lost answer to a paid call is then resolved by hand (`react1 jobs resolve`)";
  switch (client.probe_key(context)) {
    case KeyProbe::good:
      return good("history", "can be read: a lost answer to a paid call is resolved automatically");
    case KeyProbe::forbidden:
      return warning("history", fmt::format("this key may not read the request history; {}", what),
                     "use a key with the API scope");
    case KeyProbe::refused:
      break;
  }
  return failed("history", ErrorCode::auth, "the platform does not accept the key",
                "check FAL_KEY; its format is <key id>:<key secret>");
}

Finding price_of(FalClient& client, const Price& price, const RunContext& context) {
  const UnitPrice live = client.unit_price(context);
  const std::string found =
      fmt::format("the account pays {} {} per {}", live.price.to_decimal(4), live.currency, live.unit);
  const std::string recipe = fmt::format("the recipe says {} USD per minute", price.usd_per_minute.to_decimal(4));
  const std::optional<Rational> comparable = fal::usd_per_minute(live);
  if (comparable == price.usd_per_minute) return good("price", found + ", as the recipe says");
  return warning("price", fmt::format("{}; {}", found, recipe),
                 comparable ? "set price.output_usd_per_minute in the recipe"
                            : "compare by hand: budgets count in USD per minute of output");
}

std::string in_words(std::size_t count) {
  constexpr std::array<std::string_view, 10> kWords{"no",   "one", "two",   "three", "four",
                                                    "five", "six", "seven", "eight", "nine"};
  return count < kWords.size() ? std::string(kWords.at(count)) : std::to_string(count);
}

Finding schema_of(FalClient& client, const RunContext& context) {
  const Model& model = models::at(client.options().endpoint);
  const SchemaDifference difference =
      compare_schema(parse_json(client.live_schema(context), "the model's schema", ErrorCode::network), model);
  if (!difference.found) {
    return warning("schema", "the service publishes no schema of a request with two clips", "look at the model's page");
  }
  if (!difference.broken.empty()) {
    return failed("schema", ErrorCode::refused,
                  fmt::format("the model has changed: {}", fmt::join(difference.broken, "; ")),
                  "calls may be refused and still be charged; look for a newer react1");
  }
  if (!difference.grown.empty()) {
    return warning("schema", fmt::format("the model has more than is sent: {}", fmt::join(difference.grown, "; ")),
                   "nothing has to be done; a newer react1 may offer it");
  }
  return good("schema", fmt::format("the model takes the {} parameters that are sent", in_words(model.fields.size())));
}

/// A check that makes a call: its finding, or the error as a finding.
template <class Check>
Finding attempt(const char* name, const Check& check) {
  try {
    return check();
  } catch (const Error& error) {
    return stopped_by(name, error);
  }
}

}  // namespace

void check_service(const FalOptions& service, const Price& price, Findings& findings, const RunContext& context) {
  FalOptions options = service;
  options.retry.attempts = kAttempts;
  options.upload.memory.clear();
  options.webhook_url.clear();
  options.webhook_receiver.reset();
  try {
    fal::check_options(options);
  } catch (const Error& error) {
    findings.push_back(failed("queue", error));
    return;
  }
  http::CurlTransport transport("react1/" + std::string(version()));
  const fal::Session session(options, transport, system_clock(), http::system_dice());
  check_queue(session, findings, context);
  check_upload_host(session, findings, context);
  FalClient client(options);
  if (!client.has_platform()) {
    const std::string why = "REACT1_PLATFORM_URL does not say where the platform of this queue is";
    for (const char* name : {"history", "price", "schema"}) findings.push_back(skipped(name, why));
    return;
  }
  findings.push_back(attempt("history", [&] { return history_of(client, context); }));
  findings.push_back(attempt("price", [&] { return price_of(client, price, context); }));
  findings.push_back(attempt("schema", [&] { return schema_of(client, context); }));
}

}  // namespace react1::doctor
