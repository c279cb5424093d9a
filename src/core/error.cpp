// SPDX-License-Identifier: Apache-2.0
#include <react1/error.hpp>
#include <utility>

namespace react1 {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::internal:
      return "internal";
    case ErrorCode::usage:
      return "usage";
    case ErrorCode::media:
      return "media";
    case ErrorCode::hold:
      return "hold";
    case ErrorCode::refused:
      return "refused";
    case ErrorCode::auth:
      return "auth";
    case ErrorCode::balance:
      return "balance";
    case ErrorCode::network:
      return "network";
    case ErrorCode::verification:
      return "verification";
    case ErrorCode::outcome_unknown:
      return "outcome_unknown";
    case ErrorCode::io:
      return "io";
    case ErrorCode::interrupted:
      return "interrupted";
  }
  return "internal";
}

int exit_code(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::internal:
      return 1;
    case ErrorCode::usage:
      return 2;
    case ErrorCode::media:
    case ErrorCode::hold:
      return 3;
    case ErrorCode::refused:
      return 4;
    case ErrorCode::auth:
    case ErrorCode::balance:
      return 5;
    case ErrorCode::network:
      return 6;
    case ErrorCode::verification:
      return 7;
    case ErrorCode::outcome_unknown:
      return 8;
    case ErrorCode::io:
      return 9;
    case ErrorCode::interrupted:
      return 130;
  }
  return 1;
}

Error::Error(ErrorCode code, std::string where, std::string message)
    : Error(code, std::move(where), std::move(message), Extra{}) {}

Error::Error(ErrorCode code, std::string where, std::string message, Extra extra)
    : code_(code), where_(std::move(where)), message_(std::move(message)), extra_(std::move(extra)) {
  text_ = where_.empty() ? message_ : where_ + ": " + message_;
  if (!extra_.detail.empty()) text_ += " (" + extra_.detail + ")";
}

Error Error::with_request_id(std::string request_id) const {
  Error copy = *this;
  copy.extra_.request_id = std::move(request_id);
  return copy;
}

Error Error::with_answer(std::string answer) const {
  Error copy = *this;
  copy.extra_.answer = std::move(answer);
  return copy;
}

}  // namespace react1
