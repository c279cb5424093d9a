// SPDX-License-Identifier: Apache-2.0
#include "sandbox/service/platform_history_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/clock.hpp"
#include "core/number.hpp"
#include "sandbox/protocol/problems.hpp"

namespace react1::sandbox {
namespace {

constexpr std::size_t kMostOfAPage = 100;

Json time_or_null(const std::optional<std::chrono::system_clock::time_point>& time) {
  return time ? Json(iso8601(*time)) : Json(nullptr);
}

bool has_status(int code, std::string_view wanted) {
  if (wanted.empty()) return true;
  if (wanted == "success") return code >= 200 && code < 300;
  if (wanted == "user_error") return code >= 400 && code < 500;
  return wanted == "error" && code >= 500;
}

/// What is invalid in the query; empty: nothing.
std::string problem_of(const serve::RequestHead& head) {
  if (head.query_item("endpoint_id").empty()) return "endpoint_id: at least one is required";
  for (const char* name : {"start", "end"}) {
    const auto value = head.query_item(name);
    if (!value.empty() && !parse_iso8601(value)) return fmt::format("{}: must be an ISO 8601 date", name);
  }
  const auto limit = head.query_item("limit");
  const auto number = read_number<std::size_t>(limit);
  if (!limit.empty() && (!number || *number < 1 || *number > kMostOfAPage)) return "limit: must be from 1 to 100";
  return {};
}

}  // namespace

void History::accepted(const std::string& request_id, std::string_view endpoint, const std::string& body,
                       const JobWish& wish) {
  const Listing& listing = wish.listing;
  Entry entry{.request_id = request_id,
              .endpoint = std::string(endpoint),
              .sent = system_clock().wall(),
              .input = nullptr,
              .output = nullptr,
              .listing = listing};
  if (wish.keeps_payload && !listing.no_payload) entry.input = read_json(body).value_or(Json(nullptr));
  if (!listing.input.is_null() && entry.input.is_object()) entry.input.merge_patch(listing.input);
  entry.sent += listing.sent_at_add;
  const std::lock_guard lock{mutex_};
  entry.questions_before = questions_;
  index_.emplace(request_id, entries_.size());
  entries_.push_back(std::move(entry));
}

void History::ended(const std::string& request_id, const Outcome& outcome) {
  const std::lock_guard lock{mutex_};
  const auto found = index_.find(request_id);
  if (found == index_.end()) return;
  Entry& entry = entries_[found->second];
  entry.ended = system_clock().wall();
  entry.status = outcome.response.status;
  const auto* text = std::get_if<std::string>(&outcome.response.body);
  if (text != nullptr && !entry.input.is_null()) entry.output = read_json(*text).value_or(Json(nullptr));
}

bool History::is_listed(const Entry& entry, Time now) const {
  const Listing& listing = entry.listing;
  if (listing.never || (listing.when_ended && !entry.ended)) return false;
  if (questions_ - entry.questions_before <= listing.after_calls) return false;
  return now - entry.sent >= listing.after;
}

Json History::document(const Entry& entry, bool with_payload) {
  Json json{{"request_id", entry.listing.as.empty() ? entry.request_id : entry.listing.as},
            {"endpoint_id", entry.endpoint},
            {"started_at", time_or_null(entry.sent)},
            {"sent_at", iso8601(entry.sent)},
            {"ended_at", time_or_null(entry.ended)},
            {"status_code", entry.ended ? Json(entry.status) : Json(nullptr)},
            {"duration",
             entry.ended ? Json(std::chrono::duration<double>(*entry.ended - entry.sent).count()) : Json(nullptr)}};
  if (with_payload) json.update(Json{{"json_input", entry.input}, {"json_output", entry.output}});
  return json;
}

std::vector<Json> History::listed(const serve::RequestHead& head) const {
  const Time now = system_clock().wall();
  const auto start = parse_iso8601(head.query_item("start")).value_or(now - std::chrono::hours{24});
  const auto end = parse_iso8601(head.query_item("end")).value_or(Time::max());
  const auto wanted = head.query_item("request_id");
  const bool with_payload = head.query_item("expand") == "payloads";
  const auto endpoint = head.query_item("endpoint_id");
  std::vector<Json> documents;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    const bool asked_for = entry->endpoint == endpoint && (wanted.empty() || wanted == entry->request_id) &&
                           entry->sent >= start && entry->sent < end &&
                           has_status(entry->status, head.query_item("status"));
    if (!asked_for || !is_listed(*entry, now)) continue;
    documents.push_back(document(*entry, with_payload));
    if (entry->listing.twice) documents.push_back(documents.back());
    if (!entry->listing.twin) continue;
    documents.push_back(documents.back());
    documents.back()["request_id"] = entry->request_id + "-twin";
  }
  return documents;
}

serve::Response History::page(const serve::RequestHead& head) {
  if (const std::string problem = problem_of(head); !problem.empty())
    return platform_error(400, "validation_error", problem);
  const std::lock_guard lock{mutex_};
  const auto cursor = head.query_item("cursor");
  const auto first = cursor.empty() ? std::optional<std::size_t>{0} : read_number<std::size_t>(cursor);
  if (!first) return platform_error(400, "validation_error", "cursor: unknown");
  if (cursor.empty()) ++questions_;
  const auto all = listed(head);
  const std::size_t limit = read_number<std::size_t>(head.query_item("limit")).value_or(50);
  const std::size_t from = std::min(*first, all.size());
  const std::size_t until = std::min(from + limit, all.size());
  const bool more = until < all.size();
  Json items = Json::array();
  for (std::size_t i = from; i < until; ++i) items.push_back(all[i]);
  return json_response(200, Json{{"items", std::move(items)},
                                 {"next_cursor", more ? Json(std::to_string(until)) : Json(nullptr)},
                                 {"has_more", more}});
}

}  // namespace react1::sandbox
