// SPDX-License-Identifier: Apache-2.0
#include "fal/platform/platform_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <react1/error.hpp>
#include <set>
#include <utility>

#include "core/redact.hpp"
#include "core/request_id.hpp"
#include "fal/platform/platform_api.hpp"
#include "fal/protocol/wire.hpp"

namespace react1::fal {
namespace {

constexpr const char* kPageSize = "100";

/// A time, null or absent; false for anything else.
bool read_time(const Json& entry, const char* name, std::optional<std::chrono::system_clock::time_point>& time) {
  const auto found = entry.find(name);
  if (found == entry.end() || found->is_null()) return true;
  if (found->is_string()) time = parse_iso8601(found->get_ref<const std::string&>());
  return time.has_value();
}

std::optional<HistoryEntry> read_entry(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  HistoryEntry entry;
  entry.request_id = text_of(json, "request_id");
  entry.endpoint = text_of(json, "endpoint_id");
  const bool has_times = read_time(json, "sent_at", entry.sent_at) && read_time(json, "started_at", entry.started_at) &&
                         read_time(json, "ended_at", entry.ended_at);
  if (!is_request_id(entry.request_id) || !has_times) return std::nullopt;
  if (const auto code = json.find("status_code"); code != json.end() && code->is_number_integer())
    entry.status_code = code->get<int>();
  if (const auto length = json.find("duration"); length != json.end() && length->is_number())
    entry.duration_s = length->get<double>();
  const auto input = json.find("json_input");
  if (input != json.end() && input->is_object()) entry.input_json = json_text(*input, /*indent=*/-1);
  return entry;
}

/// Reads pages until the last one, within the limits.
class Reading {
 public:
  Reading(const Session& session, const HistoryQuery& query)
      : session_(session),
        query_(query),
        until_(session.clock().now() + query.max_time),
        first_(http::with_query(
            http::with_query(http::with_query(http::with_query(history_url(session), "start", iso8601(query.start)),
                                              "end", iso8601(query.end)),
                             "expand", "payloads"),
            "limit", kPageSize)),
        subject_{redact_url(first_), "reading the request history"} {}

  [[nodiscard]] std::vector<HistoryEntry> all(const RunContext& context) {
    std::vector<HistoryEntry> entries;
    std::set<std::string> seen;
    std::string cursor;
    for (std::size_t pages = 1;; ++pages) {
      HistoryPage page = next(cursor, context);
      std::move(page.entries.begin(), page.entries.end(), std::back_inserter(entries));
      if (!page.has_more) return entries;
      if (page.next_cursor.empty()) fail("it announces another page without a cursor");
      if (!seen.insert(page.next_cursor).second) fail("its cursors repeat");
      if (pages >= query_.max_pages) fail(fmt::format("it has more than {} pages", query_.max_pages));
      cursor = std::move(page.next_cursor);
    }
  }

 private:
  [[nodiscard]] HistoryPage next(const std::string& cursor, const RunContext& context) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - session_.clock().now());
    const std::int64_t room = query_.max_bytes - bytes_;
    if (left <= std::chrono::milliseconds(0)) fail("reading it takes too long");
    if (room <= 0) fail(fmt::format("it has more than {} bytes", query_.max_bytes));
    const std::string url = cursor.empty() ? first_ : http::with_query(first_, "cursor", cursor);
    http::Request request = session_.to_platform(http::Method::get, url);
    request.sink = http::TextSink{std::min(room, session_.options().max_answer_bytes)};
    request.total_timeout = std::min(left, request.total_timeout.value_or(left));
    const PlatformAnswer answer = ask_platform(session_, request, subject_, context);
    bytes_ += answer.bytes;
    auto page = read_history_page(answer.body);
    if (!page) fail("a page of it can't be read");
    return std::move(*page);
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorCode::network, subject_.where, fmt::format("{}: {}", subject_.action, why),
                {.hint = "fal.ai/dashboard/requests shows the requests of the account", .retryable = true});
  }

  const Session& session_;
  const HistoryQuery& query_;
  const std::chrono::steady_clock::time_point until_;
  const std::string first_;
  const Subject subject_;
  std::int64_t bytes_ = 0;
};

}  // namespace

std::string history_url(const Session& session) {
  return http::with_query(platform_url(session, "/models/requests/by-endpoint"), "endpoint_id",
                          session.options().endpoint);
}

std::optional<HistoryPage> read_history_page(const Json& body) {
  const auto items = body.find("items");
  if (items == body.end() || !items->is_array()) return std::nullopt;
  HistoryPage page;
  for (const Json& item : *items) {
    auto entry = read_entry(item);
    if (!entry) return std::nullopt;
    page.entries.push_back(std::move(*entry));
  }
  page.next_cursor = text_of(body, "next_cursor");
  const auto more = body.find("has_more");
  if (more != body.end() && !more->is_boolean()) return std::nullopt;
  page.has_more = more != body.end() ? more->get<bool>() : !page.next_cursor.empty();
  return page;
}

std::vector<HistoryEntry> read_history(const Session& session, const HistoryQuery& query, const RunContext& context) {
  return Reading(session, query).all(context);
}

}  // namespace react1::fal
