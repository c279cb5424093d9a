// SPDX-License-Identifier: Apache-2.0
#include "fal/protocol/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "fal/protocol/hints.hpp"
#include "fal/protocol/scrub.hpp"
#include "fal/protocol/wire.hpp"
#include "http/policy/storage_fault.hpp"

namespace react1::fal {
namespace {

constexpr std::size_t kMaxProblems = 20;
constexpr std::size_t kProblemsInText = 3;
constexpr std::size_t kMaxContextBytes = 2000;

std::string location_of(const Json& entry) {
  const auto loc = entry.find("loc");
  std::string text;
  if (loc == entry.end()) return text;
  if (loc->is_string()) return loc->get<std::string>();
  if (!loc->is_array()) return text;
  for (const Json& step : *loc) {
    if (!text.empty()) text += '.';
    if (step.is_string()) {
      text += step.get<std::string>();
    } else if (step.is_number_integer()) {
      text += step.dump();
    }
  }
  return text;
}

std::string context_of(const Json& entry, const Secret& key) {
  const auto context = entry.find("ctx");
  if (context == entry.end() || !context->is_object()) return {};
  const std::string text =
      context->dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
  std::string safe = scrub(text, key, kMaxContextBytes);
  return read_object(safe) ? safe : std::string{};  // shortened JSON is no JSON
}

void read_problem_list(const Json& list, Fault& fault, const Secret& key) {
  for (const Json& entry : list) {
    if (fault.problems.size() == kMaxProblems) break;
    ServiceProblem problem;
    if (entry.is_string()) {
      problem.message = scrub(entry.get<std::string>(), key);
    } else if (entry.is_object()) {
      problem = {scrub(text_of(entry, "type"), key), scrub(location_of(entry), key), scrub(text_of(entry, "msg"), key),
                 context_of(entry, key)};
    }
    if (!problem.type.empty() || !problem.message.empty()) fault.problems.push_back(std::move(problem));
  }
  fault.has_problem_list = !fault.problems.empty();
}

/// The title of an error page, which is usually a proxy's message.
std::string page_title(std::string_view page) {
  const std::string lower = http::to_lower(page.substr(0, 4096));
  const auto open = lower.find("<title>");
  const auto close = lower.find("</title>");
  if (open == std::string::npos || close == std::string::npos || close < open + 7) return {};
  return std::string(http::trim(page.substr(open + 7, close - open - 7)));
}

void read_json_fault(const Json& body, Fault& fault, const Secret& key) {
  if (fault.error_type.empty()) fault.error_type = scrub(text_of(body, "error_type"), key);
  const auto detail = body.find("detail");
  if (detail != body.end() && detail->is_array()) read_problem_list(*detail, fault, key);
  std::string words = text_of(body, "detail");
  for (const char* other : {"message", "error"}) {
    if (words.empty()) words = text_of(body, other);
  }
  fault.status_word = scrub(text_of(body, "status"), key, /*max_bytes=*/100);
  if (words.empty() && fault.problems.empty()) words = fault.status_word;
  if (!words.empty()) fault.problems.push_back({fault.error_type, "", scrub(words, key), ""});
  const bool has_detail = detail != body.end() && (detail->is_string() || detail->is_array());
  fault.is_service_json = has_detail || !fault.error_type.empty();
}

std::string problem_text(const ServiceProblem& problem) {
  std::string text = problem.message.empty() ? problem.type : problem.message;
  if (!problem.type.empty() && !problem.message.empty()) text = problem.type + ": " + text;
  return problem.location.empty() ? text : problem.location + ": " + text;
}

bool mentions(const Fault& fault, std::string_view words) {
  return http::to_lower(fault.text).find(words) != std::string::npos;
}

/// The gateway has no error type for this, only the text.
bool is_about_money(const Fault& fault) {
  constexpr std::array<std::string_view, 3> kWords{"user is locked", "exhausted balance", "top_up"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view words) { return mentions(fault, words); });
}

struct Judgement {
  ErrorCode code = ErrorCode::refused;
  bool retryable = false;
  std::string message, hint;
};

Judgement judge_client_error(int status, const Fault& fault) {
  if (status == 401)
    return {ErrorCode::auth, false, "the service does not accept the key",
            "check FAL_KEY; its format is <key id>:<key secret>"};
  if (status == 402 || (status == 403 && is_about_money(fault))) {
    return {ErrorCode::balance, false, "the account's balance is exhausted or it is locked",
            "top up at fal.ai/dashboard/billing, then continue; nothing that was accepted is lost"};
  }
  if (status == 403)
    return {ErrorCode::auth, false, "the key lacks permission", "check that the key's scope allows model API calls"};
  if (status == 404) {
    return {ErrorCode::refused, false, "the service has nothing at this URL",
            "check the request id, the endpoint name and whether the key belongs to the account that submitted it"};
  }
  if (status == 405)
    return {ErrorCode::refused, false, "the service does not support this method at this URL",
            "check the endpoint name"};
  if (status == 413)
    return {ErrorCode::refused, false, "the request is too large for the service", "use a smaller clip"};
  if (status == 422) return {ErrorCode::refused, false, "the service refused the input", ""};
  return {ErrorCode::refused, false, "the service refused the request", ""};
}

Judgement judge(const http::Response& response, const Fault& fault) {
  const int status = response.status;
  if (status == 429) {
    return {ErrorCode::network, true, "the service limits the request rate",
            "wait a while and run the same command again"};
  }
  if (status == 408 || status >= 500)
    return {ErrorCode::network, true, "the service has failed or is overloaded", "try again later"};
  if (status >= 300 && status < 400) {
    return {ErrorCode::refused, false, "the service redirects, which is not followed with a key",
            "check the service URLs (REACT1_QUEUE_URL, REACT1_REST_URL)"};
  }
  return judge_client_error(status, fault);
}

/// A hint for an answer that is not the service's, by its status.
std::string strangers_hint(int status) {
  if (status == 407)
    return "a proxy requires a user name and a password, or different ones: check HTTP_PROXY, HTTPS_PROXY and "
           "ALL_PROXY";
  if (status == 413)
    return "something between here and the service does not accept requests of this size: raise its limit, or bypass "
           "it "
           "(NO_PROXY)";
  return "something between here and the service may have answered in its place; check the URL, try again later";
}

/// The first of the problems' own hints; they are more specific than the status.
std::string best_hint(const Fault& fault, std::string fallback) {
  for (const ServiceProblem& problem : fault.problems) {
    if (std::string hint = hint_for(problem); !hint.empty()) return hint;
  }
  return fallback;
}

}  // namespace

std::string describe(const http::Response& response, const Fault& fault) {
  return fault.text.empty() ? fmt::format("HTTP {}", response.status)
                            : fmt::format("HTTP {}: {}", response.status, fault.text);
}

Fault read_fault(const http::Response& response, const Secret& key) {
  Fault fault;
  fault.error_type = scrub(response.headers.find("X-Fal-Error-Type").value_or(""), key);
  if (const auto body = read_object(response.body)) {
    read_json_fault(*body, fault, key);
  } else {
    const std::string_view text = http::trim(response.body);
    const std::string title = page_title(text);
    if (const std::string storage = http::storage_fault_text(text); !storage.empty()) {
      fault.text = scrub(storage, key);
    } else if (!title.empty()) {
      fault.text = scrub("a web page: " + title, key);
    } else if (text.starts_with('<')) {
      fault.text = "a web page";
    } else if (!text.empty()) {
      fault.text = scrub(text, key, /*max_bytes=*/120);
    }
    return fault;
  }
  for (std::size_t i = 0; i < std::min(fault.problems.size(), kProblemsInText); ++i) {
    fault.text += (i == 0 ? "" : "; ") + problem_text(fault.problems[i]);
  }
  if (fault.problems.size() > kProblemsInText)
    fault.text += fmt::format("; and {} more", fault.problems.size() - kProblemsInText);
  if (fault.text.empty()) fault.text = fault.error_type;
  return fault;
}

Error refusal(const http::Response& response, const Subject& subject, const Secret& key) {
  Fault fault = read_fault(response, key);
  const Judgement judgement = judge(response, fault);
  return Error(judgement.code, subject.where, fmt::format("{}: {}", subject.action, judgement.message),
               {.detail = describe(response, fault),
                .hint = best_hint(fault, judgement.hint),
                .retryable = judgement.retryable,
                .request_id = subject.request_id,
                .problems = std::move(fault.problems)});
}

bool is_of_a_stranger(const http::Response& response, const Secret& key) {
  if (response.ok() || is_passing_trouble(response.status)) return false;
  return !read_fault(response, key).is_queue_format() && http::storage_fault_text(response.body).empty();
}

Error unusable(const http::Response& response, const Subject& subject, std::string expected, const Secret& key) {
  const Fault fault = read_fault(response, key);
  return Error(ErrorCode::network, subject.where,
               fmt::format("{}: the answer is not {}", subject.action, std::move(expected)),
               {.detail = describe(response, fault),
                .hint = strangers_hint(response.status),
                .retryable = true,
                .request_id = subject.request_id});
}

Error failure(const http::TransportFailure& failure, const Subject& subject) {
  using Kind = http::TransportFailure::Kind;
  ErrorCode code = ErrorCode::network;
  std::string hint = "check the network and try again; nothing was lost";
  bool retryable = true;
  switch (failure.kind) {
    case Kind::local_read:
    case Kind::local_write:
      code = ErrorCode::io;
      hint = "check that the file exists and is accessible, and that the disk has free space";
      retryable = false;
      break;
    case Kind::local_resource:
      code = ErrorCode::io;
      hint = "allow more open files or memory (ulimit -n, ulimit -v), or run fewer jobs at a time";
      retryable = false;
      break;
    case Kind::proxy:
      hint = "check that the proxy of HTTPS_PROXY may reach this host, or name the host in NO_PROXY";
      break;
    case Kind::proxy_refused:
      hint = "check the proxy of HTTPS_PROXY, its user name and password, and what it allows";
      retryable = false;
      break;
    case Kind::interrupted:
      code = ErrorCode::interrupted;
      hint.clear();
      break;
    case Kind::certificate:
      hint = "check the machine's clock and its CA certificates; a proxy that opens TLS must be trusted first";
      retryable = false;
      break;
    case Kind::too_large:
      hint = "the service sent more than is plausible here; if it is correct, raise the limit";
      retryable = false;
      break;
    case Kind::protocol:
      hint = "check the URL of the service";
      retryable = false;
      break;
    case Kind::resolve:
      hint = "check the host name and the machine's DNS";
      break;
    default:
      break;
  }
  return Error(code, subject.where, fmt::format("{}: {}", subject.action, to_string(failure.kind)),
               {.detail = failure.detail, .hint = hint, .retryable = retryable, .request_id = subject.request_id});
}

http::Response answer_of(http::Outcome outcome, const Subject& subject) {
  if (const auto* failed = std::get_if<http::TransportFailure>(&outcome)) throw failure(*failed, subject);
  return std::get<http::Response>(std::move(outcome));
}

http::Response expect_ok(http::Outcome outcome, const Subject& subject, const Secret& key) {
  http::Response response = answer_of(std::move(outcome), subject);
  if (response.ok()) return response;
  if (is_of_a_stranger(response, key)) throw unusable(response, subject, "the service's", key);
  throw refusal(response, subject, key);
}

}  // namespace react1::fal
