// SPDX-License-Identifier: Apache-2.0
// From what a service answered, or why it did not, to the one Error that a person reads.
#pragma once

#include <string>
#include <vector>

#include <react1/error.hpp>
#include <react1/secret.hpp>

#include "http/message/transport.hpp"

namespace react1::fal {

/// Everything that a failing answer says, in whichever of the service's shapes it came.
struct Fault {
  std::vector<ServiceProblem> problems;  ///< at least one when the body had anything to say
  std::string error_type;                ///< infrastructure: of the body or of X-Fal-Error-Type
  std::string text;                      ///< for people, one line
  std::string status_word;               ///< e.g. "NOT_FOUND", as the queue answers
  bool is_service_json = false;          ///< an object with a detail or an error type: fal itself spoke
  bool has_problem_list = false;         ///< the model's own list

  /// In one of the queue's formats, whether or not it was the queue that answered.
  [[nodiscard]] bool is_queue_format() const noexcept { return is_service_json || !status_word.empty(); }
};
/// A trouble of the moment: 408, 429, 5xx. The answer says nothing about what was asked.
[[nodiscard]] constexpr bool is_passing_trouble(int status) noexcept {
  return status == 408 || status == 429 || status >= 500;
}
/// Texts are scrubbed.
[[nodiscard]] Fault read_fault(const http::Response& response, const Secret& key);

/// "HTTP 404: a web page: Login", one line.
[[nodiscard]] std::string describe(const http::Response& response, const Fault& fault);

/// What is being done, for messages: "submit", "status", …
struct Subject {
  std::string where;   ///< a redacted URL or a path
  std::string action;  ///< "asking for the status"
  std::string request_id{};
};

/// An answer whose status is not 2xx (or that can't be used: see unusable()). Codes: 401 auth; 402 and locked accounts
/// balance; other 403 auth; 3xx and other 4xx refused; 408, 429 and 5xx network, retryable.
[[nodiscard]] Error refusal(const http::Response& response, const Subject& subject, const Secret& key);
/// A page, a redirect or an empty answer in place of a refusal in the service's or a storage host's format: it says
/// nothing about the key, the account or what was asked. False for 2xx, 408, 429 and 5xx.
[[nodiscard]] bool is_of_a_stranger(const http::Response& response, const Secret& key);
/// An answer that is not what was asked for, or not the service's: Error{network}, retryable.
[[nodiscard]] Error unusable(const http::Response& response, const Subject& subject, std::string expected,
                             const Secret& key);
/// No answer: local files io, a stop interrupted, everything else network.
[[nodiscard]] Error failure(const http::TransportFailure& failure, const Subject& subject);

/// The answer, whatever its status. Throws failure() when there is none.
[[nodiscard]] http::Response answer_of(http::Outcome outcome, const Subject& subject);
/// Throws the one of the above that fits, unless the outcome is a 2xx, which it returns. What a stranger answered is
/// unusable().
[[nodiscard]] http::Response expect_ok(http::Outcome outcome, const Subject& subject, const Secret& key);

}  // namespace react1::fal
