// SPDX-License-Identifier: Apache-2.0
// What object stores and servers of files say: error documents, Content-Range, Content-Encoding.
#include <string>
#include <string_view>

#include "fuzz/input.hpp"
#include "http/message/content_range.hpp"
#include "http/policy/storage_fault.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace react1;
  const std::string_view text = fuzz::text_of(data, size);
  if (const auto fault = http::storage_fault(text)) {
    fuzz::require(!fault->code.empty() && fault->code.size() <= 64 && fault->message.size() <= 200);
    for (const char c : fault->code + fault->message) fuzz::require(c >= 0x20 && c <= 0x7E);
  }
  if (const auto range = http::parse_content_range(text)) {
    fuzz::require(range->first >= 0 && range->last >= range->first);
    fuzz::require(!range->total || *range->total > range->last);
  }
  static_cast<void>(http::packing_of({{"Content-Encoding", std::string(text)}}));
  return 0;
}
