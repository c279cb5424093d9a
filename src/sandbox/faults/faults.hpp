// SPDX-License-Identifier: Apache-2.0
// Faults on purpose: what goes wrong, where and when. docs/sandbox.md describes the script that says so.
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

/// So many bytes, or half of what there is.
struct Amount {
  bool half = false;
  std::uint64_t bytes = 0;
  [[nodiscard]] std::uint64_t of(std::uint64_t whole) const { return half ? whole / 2 : bytes; }
};

/// How the history lists a request that was submitted.
struct Listing {
  bool never = false;             ///< a gap
  std::uint64_t after_calls = 0;  ///< not in the first so many answers to come
  std::chrono::milliseconds after{0};
  bool when_ended = false;  ///< not before its end
  bool twice = false;       ///< the same entry once more
  bool twin = false;        ///< a second entry of another id
  bool no_payload = false;
  Json input{};  ///< a merge patch of what was sent; null = none
  std::chrono::seconds sent_at_add{0};
  std::string as{};  ///< under this id; empty: its own
};

/// What a fault does. Everything may be combined; the order here is the order it happens in.
struct Action {
  // Instead of the service's own work, which is not done then:
  std::optional<std::uint64_t> reset_upload_after;  ///< bytes of the request's body, then a RST
  enum class Drop { close, reset };
  std::optional<Drop> drop_before;  ///< no answer, nothing accepted
  bool expire = false;              ///< the file or the upload is gone from now on
  std::optional<int> status;
  std::optional<std::string> body;  ///< with `status`: this body; alone: in place of the answer's
  std::string content_type;         ///< of `body`
  serve::Headers headers;           ///< added to the answer

  // To a job that is submitted:
  std::optional<std::chrono::milliseconds> requeue_after;
  struct Failure {
    int status = 500;
    std::string type, message;
  };
  std::optional<Failure> fails_with;
  RenderTwist render;
  Listing listing;

  // To the answer:
  Json merge;  ///< a merge patch (RFC 7396) of a JSON answer; null = none
  enum class Logs { as_they_are, duplicate, out_of_order, lose };
  Logs logs = Logs::as_they_are;
  std::optional<Amount> keep;         ///< of a file: its first bytes, as if it had no more
  std::optional<std::uint64_t> huge;  ///< the body is this long, made on the fly

  // On the way:
  std::chrono::milliseconds delay{0};
  std::optional<Drop> drop_after;  ///< the work is done, its answer is lost
  std::optional<Amount> cut_after;
  serve::Spoil spoil;  ///< but its cut_after, see above

  // To a webhook's delivery:
  bool skip = false, repeat = false, wrong_signature = false;
  std::chrono::seconds timestamp_add{0};
};

struct Fault {
  Route route = Route::other;
  std::optional<std::uint64_t>
      request;              ///< only for that accepted submit, from 1; a submit has the number it would get
  std::string file;         ///< only when the file's name contains this
  std::uint64_t call = 1;   ///< the first of the matching calls that it happens to
  std::uint64_t times = 1;  ///< so many calls in a row; 0 = for ever
  Action action;
};

/// `name` is the script's, for the errors: Error{usage} with every JSON path that is wrong, what was found there and
/// what is allowed. Empty text is an empty script.
[[nodiscard]] std::vector<Fault> parse_fault_script(std::string_view text, const std::string& name);

/// Decides which fault happens to which call. Safe from any thread.
class FaultBook {
 public:
  explicit FaultBook(std::vector<Fault> faults);
  /// Counts the call for every fault that it matches; the first of those whose turn it is happens. Null: none does.
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

/// The answer as the action wants it: its content and its way. Drops are not done here.
[[nodiscard]] serve::Response spoilt(serve::Response response, const Action& action);
/// The answer that replaces the service's own; nullopt when its work is to be done.
[[nodiscard]] std::optional<serve::Response> answer_instead(const Action& action);

}  // namespace react1::sandbox
