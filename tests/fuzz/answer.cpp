// What the service may answer, good or bad.
#include <react1/error.hpp>

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
  http::Response response;
  response.status = 400 + static_cast<int>(input.which % 200);
  response.body = input.text;
  const Secret key{"id:secret"};
  static_cast<void>(fal::read_fault(response, key));
  const Error refusal = fal::refusal(response, {.where = "https://queue.fal.run", .action = "asking"}, key);
  fuzz::require(!refusal.message().empty());
  return 0;
}
