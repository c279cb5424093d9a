// SPDX-License-Identifier: Apache-2.0
#include <react1/error.hpp>
#include <utility>

#include "core/enum_names.hpp"

namespace react1::REACT1_ABI {

std::string_view to_string(ErrorCode code) noexcept {
  const std::string_view word = enum_word(code);
  return word.empty() ? enum_word(ErrorCode::internal) : word;
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

struct Error::State {
  ErrorCode code{};
  std::string where, message;
  Extra extra;
  std::string text;
};

Error::Error(ErrorCode code, std::string where, std::string message)
    : Error(code, std::move(where), std::move(message), Extra{}) {}

Error::Error(ErrorCode code, std::string where, std::string message, Extra extra) {
  std::string text = where.empty() ? message : where + ": " + message;
  if (!extra.detail.empty()) text += " (" + extra.detail + ")";
  state_ = std::make_shared<const State>(
      State{code, std::move(where), std::move(message), std::move(extra), std::move(text)});
}

Error::Error(const Error&) noexcept = default;
Error& Error::operator=(const Error&) noexcept = default;
Error::~Error() = default;

ErrorCode Error::code() const noexcept {
  return state_->code;
}
const std::string& Error::where() const noexcept {
  return state_->where;
}
const std::string& Error::message() const noexcept {
  return state_->message;
}
const std::string& Error::detail() const noexcept {
  return state_->extra.detail;
}
const std::string& Error::hint() const noexcept {
  return state_->extra.hint;
}
bool Error::retryable() const noexcept {
  return state_->extra.retryable;
}
const std::string& Error::request_id() const noexcept {
  return state_->extra.request_id;
}
const std::vector<ServiceProblem>& Error::problems() const noexcept {
  return state_->extra.problems;
}
const std::string& Error::answer() const noexcept {
  return state_->extra.answer;
}
const char* Error::what() const noexcept {
  return state_->text.c_str();
}

Error Error::with_request_id(std::string request_id) const {
  Extra extra = state_->extra;
  extra.request_id = std::move(request_id);
  return {code(), where(), message(), std::move(extra)};
}

Error Error::with_answer(std::string answer) const {
  Extra extra = state_->extra;
  extra.answer = std::move(answer);
  return {code(), where(), message(), std::move(extra)};
}

}  // namespace react1::REACT1_ABI
