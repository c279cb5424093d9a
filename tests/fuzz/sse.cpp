// SPDX-License-Identifier: Apache-2.0
// A status stream, cut anywhere: the same events, whatever the cut.
#include <string>
#include <vector>

#include "fal/queue/sse.hpp"
#include "fuzz/input.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace react1;
  const fuzz::Choice input = fuzz::choose(data, size);
  using Events = std::vector<std::string>;
  const auto collect = [](fal::SseParser& parser, std::string_view bytes, Events& events) {
    return parser.feed(bytes, [&](const fal::SseEvent& event) { events.push_back(event.name + '\0' + event.data); });
  };
  Events whole, cut;
  fal::SseParser one, two;
  const bool fine = collect(one, input.text, whole);
  const std::size_t step = input.which % 16 + 1;
  bool cut_fine = true;
  for (std::size_t at = 0; at < input.text.size() && cut_fine; at += step)
    cut_fine = collect(two, input.text.substr(at, step), cut);
  fuzz::require(fine == cut_fine && whole == cut);
  return 0;
}
