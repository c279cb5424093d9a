// SPDX-License-Identifier: Apache-2.0
// The request history of the platform API, read completely or not at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <react1/platform.hpp>
#include <react1/run_context.hpp>

#include "core/json_text.hpp"
#include "fal/protocol/session.hpp"

namespace react1::fal {

/// The URL of this endpoint's history, without a time span.
[[nodiscard]] std::string history_url(const Session& session);

/// One page. nullopt: it is not one, or one of its entries can't be parsed; that entry might be the wanted one.
struct HistoryPage {
  std::vector<HistoryEntry> entries;
  bool has_more = false;
  std::string next_cursor;
};
[[nodiscard]] std::optional<HistoryPage> read_history_page(const Json& body);

/// All pages of the span. Throws Error{network} rather than returning a part: for a page that can't be read, a repeated
/// cursor, more pages announced without a cursor, and more pages, bytes or time than `query` allows.
[[nodiscard]] std::vector<HistoryEntry> read_history(const Session& session, const HistoryQuery& query,
                                                     const RunContext& context);

}  // namespace react1::fal
