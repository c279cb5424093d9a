// SPDX-License-Identifier: Apache-2.0
// The only exception type that leaves this library, and the exit code of each error code.
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <react1/api.hpp>

namespace react1::REACT1_ABI {

/// What kind of failure it is. Each code maps to one exit code of the program (see exit_code()).
enum class ErrorCode {
  internal,         ///< 1   a bug in react1
  usage,            ///< 2   invalid flags, options or recipe
  media,            ///< 3   the media can't be used
  hold,             ///< 3   the advice is not to pay for this pair
  refused,          ///< 4   the service refused the request
  auth,             ///< 5   key missing or refused
  balance,          ///< 5   the account has no money
  network,          ///< 6   network, time-out or service down, after retries
  verification,     ///< 7   the result did not pass; the file is kept
  outcome_unknown,  ///< 8   a paid submit may have been accepted; nothing is sent again
  io,               ///< 9   local disk, permission
  interrupted,      ///< 130 stopped through RunContext::stop (the program turns SIGTERM into 143)
};

/// "media", "outcome_unknown", …: the `code` of the JSON error document.
[[nodiscard]] REACT1_API std::string_view to_string(ErrorCode code) noexcept;
/// The process exit code of the contract for this code.
[[nodiscard]] REACT1_API int exit_code(ErrorCode code) noexcept;

/// One entry of the service's error list, unchanged. Source: fal's error page (`type` is stable, `msg` is not).
struct ServiceProblem {
  std::string type;      ///< e.g. "audio_duration_too_long"; empty when the service gave none
  std::string location;  ///< e.g. "body.audio_url"
  std::string message;
  std::string context;  ///< the `ctx` object as JSON text; empty when absent
};

/// Optional parts of an error, for designated initialisers.
struct ErrorExtra {
  std::string detail{};      ///< the underlying cause, e.g. the C library's message
  std::string hint{};        ///< what a person can do about it
  bool retryable = false;    ///< true when the same call may succeed later without any change
  std::string request_id{};  ///< the paid request this concerns; empty when there is none
  std::vector<ServiceProblem> problems{};
  /// The service's whole answer to a paid request when it could not be used, without the key; else empty.
  std::string answer{};
};

/// What a failing operation throws. Copies share one immutable state, so that copying never fails; any thread. Never
/// contains a key or a signed URL.
class REACT1_API Error : public std::exception {
 public:
  using Extra = ErrorExtra;

  /// `where` names the thing at fault: a path, a flag, a redacted URL. `message` says what is wrong with it.
  Error(ErrorCode code, std::string where, std::string message);
  Error(ErrorCode code, std::string where, std::string message, Extra extra);

  Error(const Error&) noexcept;
  Error& operator=(const Error&) noexcept;
  ~Error() override;

  [[nodiscard]] ErrorCode code() const noexcept;
  [[nodiscard]] const std::string& where() const noexcept;
  [[nodiscard]] const std::string& message() const noexcept;
  [[nodiscard]] const std::string& detail() const noexcept;
  [[nodiscard]] const std::string& hint() const noexcept;
  [[nodiscard]] bool retryable() const noexcept;
  [[nodiscard]] const std::string& request_id() const noexcept;
  [[nodiscard]] const std::vector<ServiceProblem>& problems() const noexcept;
  [[nodiscard]] const std::string& answer() const noexcept;
  /// "where: message (detail)", one line.
  [[nodiscard]] const char* what() const noexcept override;

  /// The same error with the request id filled in, for a layer that knows it.
  [[nodiscard]] Error with_request_id(std::string request_id) const;
  [[nodiscard]] Error with_answer(std::string answer) const;

 private:
  struct REACT1_LOCAL State;
  std::shared_ptr<const State> state_;  ///< never null: there is no move, only copies
};

}  // namespace react1::REACT1_ABI
