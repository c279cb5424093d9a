// SPDX-License-Identifier: Apache-2.0
// Converts a failing answer of the service, or a transport failure, into the one Error that the user sees.
#pragma once

#include <string>
#include <vector>

#include <react1/error.hpp>
#include <react1/secret.hpp>

#include "http/message/transport.hpp"

namespace react1::fal {

/// The content of a failing answer, in whichever of the service's formats it came.
struct Fault {
  std::vector<ServiceProblem> problems;  ///< at least one when the body holds any information
  std::string error_type;                ///< infrastructure: of the body or of X-Fal-Error-Type
  std::string text;                      ///< for people, one line
  std::string status_word;               ///< e.g. "NOT_FOUND", as the queue answers
  bool is_service_json = false;          ///< an object with a detail or an error type: it comes from fal itself
  bool has_problem_list = false;         ///< the model's own list

  /// In one of the queue's formats, whether or not the queue sent it.
  [[nodiscard]] bool is_queue_format() const noexcept { return is_service_json || !status_word.empty(); }
};
/// A temporary failure: 408, 429, 5xx. The answer says nothing about the request itself.
[[nodiscard]] constexpr bool is_passing_trouble(int status) noexcept {
  return status == 408 || status == 429 || status >= 500;
}
/// Texts are scrubbed.
[[nodiscard]] Fault read_fault(const http::Response& response, const Secret& key);

/// "HTTP 404: a web page: Login", one line.
[[nodiscard]] std::string describe(const http::Response& response, const Fault& fault);

/// The operation in progress, for messages: "submit", "status", …
struct Subject {
  std::string where;   ///< a redacted URL or a path
  std::string action;  ///< "asking for the status"
  std::string request_id{};
};

/// An answer whose status is not 2xx (for an unusable one see unusable()). Codes: 401 auth; 402 and locked accounts
/// balance; other 403 auth; 3xx and other 4xx refused; 408, 429 and 5xx network, retryable.
[[nodiscard]] Error refusal(const http::Response& response, const Subject& subject, const Secret& key);
/// A page, a redirect or an empty answer in place of a refusal in the service's or a storage host's format: it implies
/// nothing about the key, the account or the request. False for 2xx, 408, 429 and 5xx.
[[nodiscard]] bool is_of_a_stranger(const http::Response& response, const Secret& key);
/// An answer that is not the expected one, or not the service's: Error{network}, retryable.
[[nodiscard]] Error unusable(const http::Response& response, const Subject& subject, std::string expected,
                             const Secret& key);
/// No answer: local files io, a stop interrupted, everything else network.
[[nodiscard]] Error failure(const http::TransportFailure& failure, const Subject& subject);

/// The answer, whatever its status. Throws failure() when there is none.
[[nodiscard]] http::Response answer_of(http::Outcome outcome, const Subject& subject);
/// Throws the matching error of the above, unless the outcome is a 2xx, which it returns. An answer of an intermediary
/// is unusable().
[[nodiscard]] http::Response expect_ok(http::Outcome outcome, const Subject& subject, const Secret& key);

}  // namespace react1::fal
