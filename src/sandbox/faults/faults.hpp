// SPDX-License-Identifier: Apache-2.0
// Injected faults: what fails, where and when. docs/sandbox.md describes the script that defines them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <react1/rational.hpp>

#include "core/json_text.hpp"
#include "sandbox/protocol/route.hpp"
#include "sandbox/render/render.hpp"
#include "serve/http_types.hpp"

namespace react1::sandbox {

/// A number of bytes, or half of what there is.
struct Amount {
  bool half = false;
  std::uint64_t bytes = 0;
  [[nodiscard]] std::uint64_t of(std::uint64_t whole) const { return half ? whole / 2 : bytes; }
};

/// How a submitted request appears in the history.
struct Listing {
  bool never = false;             ///< a gap
  std::uint64_t after_calls = 0;  ///< not in this many of the next answers
  std::chrono::milliseconds after{0};
  bool when_ended = false;  ///< not before it has ended
  bool twice = false;       ///< the same entry twice
  bool twin = false;        ///< a second entry with another id
  bool no_payload = false;
  Json input{};  ///< a merge patch of the input; null = none
  std::chrono::seconds sent_at_add{0};
  std::string as{};  ///< under this id; empty: its own
};

/// What a fault does. Everything may be combined; the order here is the order of execution.
struct Action {
  // In place of the service's own work, which is not done then:
  std::optional<std::uint64_t> reset_upload_after;  ///< bytes of the request's body, then a RST
  enum class Drop { close, reset };
  std::optional<Drop> drop_before;  ///< no answer, nothing accepted
  bool expire = false;              ///< the file or the upload is gone from now on
  std::optional<int> status;
  std::optional<std::string> body;  ///< with `status`: this body; alone: in place of the answer's
  std::string content_type;         ///< of `body`
  serve::Headers headers;           ///< added to the answer

  // For a job that is submitted:
  std::optional<std::chrono::milliseconds> requeue_after;
  struct Failure {
    int status = 500;
    std::string type, message;
  };
  std::optional<Failure> fails_with;
  RenderTwist render;
  Listing listing;

  // In the answer:
  Json merge;  ///< a merge patch (RFC 7396) of a JSON answer; null = none
  enum class Logs { as_they_are, duplicate, out_of_order, lose };
  Logs logs = Logs::as_they_are;
  std::optional<Amount> keep;         ///< of a file: its first bytes, as if it had no more
  std::optional<std::uint64_t> huge;  ///< the body has this length, generated while sending

  // In transit:
  std::chrono::milliseconds delay{0};
  std::optional<Drop> drop_after;  ///< the work is done, its answer is lost
  std::optional<Amount> cut_after;
  serve::InjectedFaults response_faults;  ///< except cut_after, see above

  // For a webhook's delivery:
  bool skip = false, repeat = false, wrong_signature = false;
  std::chrono::seconds timestamp_add{0};
};

struct Fault {
  Route route = Route::other;
  std::optional<std::uint64_t>
      request;              ///< only for that accepted submit, from 1; a submit has the number it would get
  std::string file;         ///< only when the file's name contains this
  std::uint64_t call = 1;   ///< the first of the matching calls it applies to
  std::uint64_t times = 1;  ///< number of consecutive calls; 0 = for ever
  Action action;
};

/// `name` is the script's, for the errors: Error{usage} with every JSON path that is invalid, the value found there
/// and the allowed ones. Empty text is an empty script.
[[nodiscard]] std::vector<Fault> parse_fault_script(std::string_view text, const std::string& name);

/// Selects the fault for each call. Safe from any thread.
class FaultBook {
 public:
  explicit FaultBook(std::vector<Fault> faults);
  /// Counts the call for every fault that it matches; the first of those that are due is returned. Null: none.
  [[nodiscard]] std::shared_ptr<const Action> decide(Route route, std::uint64_t request, std::string_view file);
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

 private:
  struct Entry {
    Fault fault;
    std::shared_ptr<const Action> action;
    std::uint64_t calls = 0;
  };
  std::mutex mutex_;
  std::vector<Entry> entries_;
};

/// The answer with the action's changes to its content and its transmission. Drops are not handled here.
[[nodiscard]] serve::Response with_faults(serve::Response response, const Action& action);
/// The answer that replaces the service's own; nullopt when the service's work is to be done.
[[nodiscard]] std::optional<serve::Response> answer_instead(const Action& action);

}  // namespace react1::sandbox
