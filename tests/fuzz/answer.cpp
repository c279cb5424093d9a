// SPDX-License-Identifier: Apache-2.0
// What the service may answer or report, good or bad.
#include <react1/error.hpp>
#include <react1/webhook.hpp>

#include "core/clock.hpp"
#include "core/request_id.hpp"
#include "fal/platform/platform_history.hpp"
#include "fal/protocol/errors.hpp"
#include "fal/protocol/input_digest.hpp"
#include "fal/protocol/wire.hpp"
#include "fuzz/input.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace react1;
  const fuzz::Choice input = fuzz::choose(data, size);
  static_cast<void>(fal::read_initiated(input.text));
  static_cast<void>(fal::read_submitted(input.text));
  static_cast<void>(fal::read_status(input.text));
  if (const auto result = fal::read_result(input.text)) fuzz::require(!result->url.empty());
  if (const auto etag = fal::read_part(input.text, static_cast<int>(input.which))) fuzz::require(!etag->empty());
  if (const auto object = fal::read_object(input.text)) {
    fuzz::require(fal::input_digest(input.text) == fal::input_digest(object->dump()));
    if (const auto page = fal::read_history_page(*object)) {
      for (const HistoryEntry& entry : page->entries) fuzz::require(is_request_id(entry.request_id));
    }
  }
  static_cast<void>(parse_iso8601(input.text));
  const WebhookKeys keys = parse_webhook_keys(input.text);
  const auto now = std::chrono::system_clock::from_time_t(1'800'000'000);
  const std::string text{input.text};
  const WebhookHeaders headers{{"X-Fal-Webhook-Request-Id", text},
                               {"X-Fal-Webhook-User-Id", "u"},
                               {"X-Fal-Webhook-Timestamp", input.which % 2 == 0 ? "1800000000" : text},
                               {"X-Fal-Webhook-Signature", text}};
  fuzz::require(!verify_webhook(headers, input.text, keys, now).trusted());
  http::Response response;
  response.status = 400 + static_cast<int>(input.which % 200);
  response.body = input.text;
  const Secret key{"id:secret"};
  static_cast<void>(fal::read_fault(response, key));
  const Error refusal = fal::refusal(response, {.where = "https://queue.fal.run", .action = "asking"}, key);
  fuzz::require(!refusal.message().empty());
  return 0;
}
