// SPDX-License-Identifier: Apache-2.0
#include "fal/platform/platform_api.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "core/redact.hpp"
#include "fal/platform/platform_history.hpp"
#include "fal/protocol/scrub.hpp"
#include "fal/protocol/wire.hpp"

namespace react1::fal {
namespace {

/// An amount as it was written; nullopt for anything else.
std::optional<Rational> amount_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  try {
    std::string text = found->dump();
    if (text.find_first_of("eE") != std::string::npos) text = fmt::format("{:.12f}", found->get<double>());
    const Rational amount = Rational::parse(text);
    return amount >= 0 ? std::optional(amount) : std::nullopt;
  } catch (const std::logic_error&) {
  } catch (const std::overflow_error&) {
  }
  return std::nullopt;
}

/// The element of `body[list]` for this endpoint.
const Json* about(const Json& body, const char* list, const std::string& endpoint) {
  const auto found = body.find(list);
  if (found == body.end() || !found->is_array()) return nullptr;
  for (const Json& element : *found) {
    if (element.is_object() && text_of(element, "endpoint_id") == endpoint) return &element;
  }
  return nullptr;
}

[[noreturn]] void throw_without(const Subject& subject, const std::string& what) {
  throw Error(ErrorCode::network, subject.where, fmt::format("{}: the answer has no {}", subject.action, what),
              {.hint = "the platform API may have changed"});
}

Error by_status(int status, const Subject& subject, const PlatformFault& fault) {
  const auto error = [&](ErrorCode code, const char* message, std::string hint, bool retryable) {
    return Error(
        code, subject.where, fmt::format("{}: {}", subject.action, message),
        {.detail = fmt::format("HTTP {}: {}", status, fault.text), .hint = std::move(hint), .retryable = retryable});
  };
  if (status == 401)
    return error(ErrorCode::auth, "the platform does not accept the key",
                 "check FAL_KEY; its format is <key id>:<key secret>", /*retryable=*/false);
  if (status == 403)
    return error(ErrorCode::auth, "this key lacks permission",
                 "use a key with the API scope of the same account; this says nothing about any request",
                 /*retryable=*/false);
  if (status == 429)
    return error(ErrorCode::network, "the platform limits the request rate", "try again in a while",
                 /*retryable=*/true);
  if (is_passing_trouble(status) || status < 400)
    return error(ErrorCode::network, "the platform has failed or is overloaded", "try again later",
                 /*retryable=*/true);
  return error(ErrorCode::refused, "the platform refused the query", "", /*retryable=*/false);
}

}  // namespace

std::optional<PlatformFault> read_platform_fault(const http::Response& response, const Secret& key) {
  const auto body = read_object(response.body);
  if (!body) return std::nullopt;
  const auto error = body->find("error");
  if (error == body->end() || !error->is_object()) return std::nullopt;
  PlatformFault fault{scrub(text_of(*error, "type"), key, /*max_bytes=*/100), scrub(text_of(*error, "message"), key)};
  if (fault.type.empty()) return std::nullopt;
  fault.text = fault.text.empty() ? fault.type : fault.type + ": " + fault.text;
  return fault;
}

Error platform_refusal(const http::Response& response, const Subject& subject, const Secret& key) {
  if (const auto fault = read_platform_fault(response, key)) return by_status(response.status, subject, *fault);
  // A gateway in front of the platform may use the queue's error format.
  const Fault fault = read_fault(response, key);
  if (fault.is_service_json && response.status >= 400) return by_status(response.status, subject, {"", fault.text});
  return Error(ErrorCode::network, subject.where, fmt::format("{}: the answer is not the platform's", subject.action),
               {.detail = describe(response, fault),
                .hint = "a proxy, a login page or a gateway may have answered in its place; check the URL, try again",
                .retryable = true});
}

std::string platform_url(const Session& session, const char* path) {
  const std::string& base = session.endpoints().platform();
  if (!base.empty()) return base + path;
  throw Error(ErrorCode::usage, "REACT1_PLATFORM_URL", "is not set, so the platform API is not used",
              {.detail = "the queue is not fal's own: " + redact_url(session.endpoints().queue()),
               .hint = "set it to the platform of this queue; the key is sent to configured hosts only"});
}

PlatformAnswer ask_platform(const Session& session, const http::Request& request, const Subject& subject,
                            const RunContext& context) {
  const Secret& key = session.options().key;
  http::Response response = answer_of(http::perform_with_retry(session.transport(), request, session.retry(), context,
                                                               [&](const http::Response& answer) {
                                                                 if (answer.ok())
                                                                   return read_object(answer.body).has_value();
                                                                 return read_platform_fault(answer, key).has_value() ||
                                                                        read_fault(answer, key).is_service_json;
                                                               }),
                                      subject);
  auto body = response.ok() ? read_object(response.body) : std::nullopt;
  if (!body || body->contains("error")) throw platform_refusal(response, subject, key);
  return {std::move(*body), static_cast<std::int64_t>(response.body.size())};
}

std::optional<Rational> usd_per_minute(const UnitPrice& price) {
  const bool is_minute = price.unit == "minute" || price.unit == "minutes";
  return is_minute && price.currency == "USD" ? std::optional(price.price) : std::nullopt;
}

UnitPrice unit_price(const Session& session, const RunContext& context) {
  const std::string url =
      http::with_query(platform_url(session, "/models/pricing"), "endpoint_id", session.options().endpoint);
  const Subject subject{redact_url(url), "asking for the price"};
  const Json body = ask_platform(session, session.to_platform(http::Method::get, url), subject, context).body;
  const Json* found = about(body, "prices", session.options().endpoint);
  const auto price = found != nullptr ? amount_of(*found, "unit_price") : std::nullopt;
  if (!price) throw_without(subject, "price of " + session.options().endpoint);
  const Secret& key = session.options().key;
  return {*price, scrub(text_of(*found, "unit"), key, /*max_bytes=*/50),
          scrub(text_of(*found, "currency"), key, /*max_bytes=*/10)};
}

CostEstimate estimate_cost(const Session& session, const Rational& units, const RunContext& context) {
  const std::string url = platform_url(session, "/models/pricing/estimate");
  const Subject subject{redact_url(url), "asking what a call costs"};
  http::Request request = session.to_platform(http::Method::post, url);
  request.headers.add("Content-Type", "application/json");
  request.body =
      http::TextBody{Json{{"estimate_type", "unit_price"},
                          {"endpoints", {{session.options().endpoint, {{"unit_quantity", units.to_double()}}}}}}
                         .dump()};
  const Json body = ask_platform(session, request, subject, context).body;
  const auto total = amount_of(body, "total_cost");
  if (!total) throw_without(subject, "total_cost");
  return {*total, scrub(text_of(body, "currency"), session.options().key, /*max_bytes=*/10)};
}

std::string live_schema(const Session& session, const RunContext& context) {
  const std::string url =
      http::with_query(http::with_query(platform_url(session, "/models"), "endpoint_id", session.options().endpoint),
                       "expand", "openapi-3.0");
  const Subject subject{redact_url(url), "asking for the schema"};
  const Json body = ask_platform(session, session.to_platform(http::Method::get, url), subject, context).body;
  const Json* found = about(body, "models", session.options().endpoint);
  if (found == nullptr || !found->contains("openapi") || !found->at("openapi").is_object())
    throw_without(subject, "schema of " + session.options().endpoint);
  return without_key(json_text(found->at("openapi"), /*indent=*/-1), session.options().key);
}

KeyProbe probe_key(const Session& session, const RunContext& context) {
  const std::string url = http::with_query(history_url(session), "limit", "1");
  const Subject subject{redact_url(url), "probing the key"};
  try {
    static_cast<void>(ask_platform(session, session.to_platform(http::Method::get, url), subject, context));
    return KeyProbe::good;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::auth) throw;
    return error.detail().starts_with("HTTP 401") ? KeyProbe::refused : KeyProbe::forbidden;
  }
}

}  // namespace react1::fal
