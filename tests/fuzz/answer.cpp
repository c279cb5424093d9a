// What the service may answer or report, good or bad.
#include <react1/error.hpp>
#include <react1/webhook.hpp>

#include "fal/errors.hpp"
#include "fal/wire.hpp"
#include "fuzz/input.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace react1;
  const fuzz::Choice input = fuzz::choose(data, size);
  static_cast<void>(fal::read_initiated(input.text));
  static_cast<void>(fal::read_submitted(input.text));
  static_cast<void>(fal::read_status(input.text));
  if (const auto result = fal::read_result(input.text)) fuzz::require(!result->url.empty());
  if (const auto etag = fal::read_part(input.text, static_cast<int>(input.which))) fuzz::require(!etag->empty());
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
