// SPDX-License-Identifier: Apache-2.0
// Reads fault scripts. All problems are reported at once.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <react1/error.hpp>

#include "core/nearest.hpp"
#include "sandbox/faults/faults.hpp"

namespace react1::sandbox {
namespace {

using Words = std::span<const std::string_view>;
using Problems = std::vector<std::string>;

constexpr std::int64_t longest_ms = 24LL * 3600 * 1000;
constexpr std::int64_t most_bytes = std::int64_t{1} << 40;

std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  constexpr std::size_t longest = 60;
  std::string text = json_text(value, /*indent=*/-1);
  if (text.size() > longest) text = text.substr(0, longest) + "…";
  return text;
}

std::string suggestion(std::string_view word, Words words) {
  const auto guess = nearest(word, words);
  return guess ? fmt::format("; did you mean \"{}\"?", *guess) : "";
}

/// One object of the script. Readers return nullopt for an absent key and for an invalid value, which is recorded.
class Object {
 public:
  Object(const Json& json, std::string path, Problems& problems, Words keys)
      : json_(json), path_(std::move(path)), problems_(problems) {
    if (!json_.is_object()) {
      problems_.push_back(fmt::format("{}: found {}; allowed: an object", path_, shown(json_)));
      return;
    }
    for (const auto& [key, unused] : json_.items()) {
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
      problems_.push_back(
          fmt::format("{}.{}: unknown key; allowed: {}{}", path_, key, fmt::join(keys, ", "), suggestion(key, keys)));
    }
  }

  [[nodiscard]] const Json* at(const char* key) const {
    return json_.is_object() && json_.contains(key) ? &json_[key] : nullptr;
  }
  [[nodiscard]] std::string path(const char* key) const { return path_ + "." + key; }
  void wrong(const char* key, std::string_view allowed) const {
    problems_.push_back(fmt::format("{}: found {}; allowed: {}", path(key), shown(*at(key)), allowed));
  }
  [[nodiscard]] Object object(const char* key, Words keys) const { return {*at(key), path(key), problems_, keys}; }

  [[nodiscard]] std::optional<std::int64_t> integer(const char* key, std::int64_t least, std::int64_t most) const {
    const Json* value = at(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_number_integer() && value->get<std::int64_t>() >= least && value->get<std::int64_t>() <= most) {
      return value->get<std::int64_t>();
    }
    wrong(key, fmt::format("a whole number from {} to {}", least, most));
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::string> text(const char* key) const {
    const Json* value = at(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) return value->get<std::string>();
    wrong(key, "text");
    return std::nullopt;
  }
  [[nodiscard]] bool flag(const char* key) const {
    const Json* value = at(key);
    if (value == nullptr) return false;
    if (value->is_boolean()) return value->get<bool>();
    wrong(key, "true, false");
    return false;
  }
  /// The index of the word.
  [[nodiscard]] std::optional<std::size_t> word(const char* key, Words words) const {
    const Json* value = at(key);
    if (value == nullptr) return std::nullopt;
    const std::string found = value->is_string() ? value->get<std::string>() : std::string{};
    const auto place = std::find(words.begin(), words.end(), found);
    if (value->is_string() && place != words.end()) return static_cast<std::size_t>(place - words.begin());
    wrong(key, fmt::format("\"{}\"{}", fmt::join(words, "\", \""), suggestion(found, words)));
    return std::nullopt;
  }
  /// Bytes, or "half".
  [[nodiscard]] std::optional<Amount> amount(const char* key) const {
    const Json* value = at(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_string() && *value == "half") return Amount{.half = true};
    if (value->is_number_integer() && value->get<std::int64_t>() >= 0 && value->get<std::int64_t>() <= most_bytes) {
      return Amount{.bytes = value->get<std::uint64_t>()};
    }
    wrong(key, "a number of bytes, or \"half\"");
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::chrono::milliseconds> milliseconds(const char* key) const {
    const auto value = integer(key, 0, longest_ms);
    return value ? std::optional{std::chrono::milliseconds{*value}} : std::nullopt;
  }

 private:
  const Json& json_;
  std::string path_;
  Problems& problems_;
};

std::optional<Action::Drop> read_drop(const Object& object, std::size_t when) {
  static constexpr std::array<std::string_view, 2> words{"before", "after"};
  static constexpr std::array<const char*, 2> keys{"close", "reset"};
  for (std::size_t how = 0; how < 2; ++how) {
    const Json* value = object.at(keys.at(how));
    if (value == nullptr || !value->is_string() || *value != words[when]) continue;
    return static_cast<Action::Drop>(how);
  }
  return std::nullopt;
}

void check_drops(const Object& object) {
  static constexpr std::array<std::string_view, 2> words{"before", "after"};
  static_cast<void>(object.word("close", words));
  static_cast<void>(object.word("reset", words));
}

void read_answer(const Object& object, Action& action) {
  if (const auto status = object.integer("status", 200, 599)) action.status = static_cast<int>(*status);
  if (const Json* body = object.at("body")) {
    action.body = body->is_string() ? body->get<std::string>() : json_text(*body, /*indent=*/-1);
    action.content_type = body->is_string() ? "text/plain" : "application/json";
  }
  if (const Json* headers = object.at("headers")) {
    if (!headers->is_object()) object.wrong("headers", "an object of texts");
    for (const auto& [name, value] : headers->items()) {
      const bool sound = headers->is_object() && value.is_string() &&
                         value.get_ref<const std::string&>().find_first_of("\r\n") == std::string::npos;
      if (sound) action.headers.insert_or_assign(name, value.get<std::string>());
      if (!sound && headers->is_object()) object.wrong("headers", "an object of texts without line breaks");
    }
  }
}

void read_job(const Object& object, Action& action) {
  action.requeue_after = object.milliseconds("requeue_after_ms");
  if (object.at("fail") != nullptr) {
    static constexpr std::array<std::string_view, 3> keys{"status", "type", "message"};
    const Object fail = object.object("fail", keys);
    Action::Failure failure;
    failure.status = static_cast<int>(fail.integer("status", 400, 599).value_or(500));
    failure.type = fail.text("type").value_or("runner_server_error");
    failure.message = fail.text("message").value_or("Internal server error");
    action.fails_with = failure;
  }
  if (object.at("render") != nullptr) {
    static constexpr std::array<std::string_view, 2> keys{"frames_add", "fps"};
    const Object render = object.object("render", keys);
    action.render.frames_add = render.integer("frames_add", -1000, 1000).value_or(0);
    if (const auto fps = render.integer("fps", 1, 240)) action.render.fps = *fps;
  }
}

void read_listing(const Object& object, Action& action) {
  if (object.at("history") == nullptr) return;
  static constexpr std::array<std::string_view, 10> keys{"never", "after_calls", "after_ms", "when_ended",    "twice",
                                                         "twin",  "no_payload",  "input",    "sent_at_add_s", "as"};
  const Object history = object.object("history", keys);
  Listing& listing = action.listing;
  listing.never = history.flag("never");
  listing.after_calls = static_cast<std::uint64_t>(history.integer("after_calls", 0, 1'000'000).value_or(0));
  listing.after = history.milliseconds("after_ms").value_or(std::chrono::milliseconds{0});
  listing.when_ended = history.flag("when_ended");
  listing.twice = history.flag("twice");
  listing.twin = history.flag("twin");
  listing.no_payload = history.flag("no_payload");
  if (const Json* input = history.at("input")) {
    if (!input->is_object()) history.wrong("input", "an object: a merge patch (RFC 7396) of what was sent");
    listing.input = *input;
  }
  listing.sent_at_add = std::chrono::seconds{history.integer("sent_at_add_s", -10'000'000, 10'000'000).value_or(0)};
  listing.as = history.text("as").value_or("");
}

void read_alteration(const Object& object, Action& action) {
  static constexpr std::array<std::string_view, 3> log_words{"duplicate", "out_of_order", "lose"};
  if (const Json* merge = object.at("merge")) {
    if (!merge->is_object()) object.wrong("merge", "an object: a merge patch (RFC 7396) of the answer");
    action.merge = *merge;
  }
  if (const auto logs = object.word("logs", log_words)) action.logs = static_cast<Action::Logs>(*logs + 1);
  action.keep = object.amount("keep");
  if (const auto huge = object.integer("huge", 1, most_bytes)) action.huge = static_cast<std::uint64_t>(*huge);
}

void read_way(const Object& object, Action& action) {
  static constexpr std::array<std::string_view, 3> cuts{"close", "reset", "stall"};
  action.delay = object.milliseconds("delay_ms").value_or(std::chrono::milliseconds{0});
  action.cut_after = object.amount("cut_after");
  if (const auto by = object.word("cut_by", cuts))
    action.response_faults.cut_by = static_cast<serve::InjectedFaults::Cut>(*by);
  action.response_faults.content_length_add = object.integer("content_length_add", -most_bytes, most_bytes).value_or(0);
  if (object.at("drip") != nullptr) {
    static constexpr std::array<std::string_view, 2> keys{"bytes", "every_ms"};
    const Object drip = object.object("drip", keys);
    action.response_faults.drip_bytes = static_cast<std::uint64_t>(drip.integer("bytes", 1, most_bytes).value_or(1));
    action.response_faults.drip_every = drip.milliseconds("every_ms").value_or(std::chrono::milliseconds{1000});
  }
}

Action read_action(const Object& object) {
  Action action;
  check_drops(object);
  action.drop_before = read_drop(object, 0);
  action.drop_after = read_drop(object, 1);
  if (const auto bytes = object.integer("reset_upload_after", 0, most_bytes)) {
    action.reset_upload_after = static_cast<std::uint64_t>(*bytes);
  }
  action.expire = object.flag("expire");
  read_answer(object, action);
  read_job(object, action);
  read_listing(object, action);
  read_alteration(object, action);
  read_way(object, action);
  action.skip = object.flag("skip");
  action.repeat = object.flag("repeat");
  action.wrong_signature = object.flag("wrong_signature");
  action.timestamp_add = std::chrono::seconds{object.integer("timestamp_add_s", -1'000'000, 1'000'000).value_or(0)};
  return action;
}

constexpr std::array<std::string_view, 24> action_keys{"reset",
                                                       "close",
                                                       "reset_upload_after",
                                                       "expire",
                                                       "status",
                                                       "body",
                                                       "merge",
                                                       "headers",
                                                       "requeue_after_ms",
                                                       "fail",
                                                       "render",
                                                       "history",
                                                       "logs",
                                                       "keep",
                                                       "huge",
                                                       "delay_ms",
                                                       "cut_after",
                                                       "cut_by",
                                                       "content_length_add",
                                                       "drip",
                                                       "skip",
                                                       "repeat",
                                                       "wrong_signature",
                                                       "timestamp_add_s"};

Fault read_fault(const Json& json, const std::string& path, Problems& problems) {
  static constexpr std::array<std::string_view, 6> keys{"route", "request", "file", "call", "times", "do"};
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  const Object object{json, path, problems, keys};
  Fault fault;
  if (json.is_object() && object.at("route") == nullptr) problems.push_back(path + ".route: missing");
  if (const auto route = object.word("route", route_words())) fault.route = static_cast<Route>(*route);
  if (const auto request = object.integer("request", 1, most)) fault.request = static_cast<std::uint64_t>(*request);
  fault.file = object.text("file").value_or("");
  fault.call = static_cast<std::uint64_t>(object.integer("call", 1, most).value_or(1));
  const Json* times = object.at("times");
  if (times != nullptr && *times == "always") {
    fault.times = 0;
  } else if (times != nullptr && !times->is_number_integer()) {
    object.wrong("times", "a whole number from 1, or \"always\"");
  } else {
    fault.times = static_cast<std::uint64_t>(object.integer("times", 1, most).value_or(1));
  }
  if (object.at("do") == nullptr) {
    if (json.is_object()) problems.push_back(path + ".do: missing");
    return fault;
  }
  fault.action = read_action(object.object("do", action_keys));
  return fault;
}

}  // namespace

std::vector<Fault> parse_fault_script(std::string_view text, const std::string& name) {
  if (text.empty()) return {};
  static constexpr std::array<std::string_view, 2> keys{"faults", "comment"};
  const Json document = parse_json(text, name, ErrorCode::usage);
  Problems problems;
  std::vector<Fault> faults;
  const Object root{document, "$", problems, keys};
  const Json* list = root.at("faults");
  if (document.is_object() && list == nullptr) problems.push_back("$.faults: missing");
  if (list != nullptr && !list->is_array()) root.wrong("faults", "an array");
  if (list != nullptr && list->is_array()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      faults.push_back(read_fault((*list)[i], fmt::format("$.faults[{}]", i), problems));
    }
  }
  if (problems.empty()) return faults;
  throw Error{ErrorCode::usage,
              name,
              "the fault script has problems",
              {.detail = fmt::format("{}", fmt::join(problems, "; ")), .hint = "docs/sandbox.md describes the script"}};
}

}  // namespace react1::sandbox
