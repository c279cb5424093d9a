// SPDX-License-Identifier: Apache-2.0
#include "serve/framing.hpp"

#include <algorithm>

#include "serve/http_types.hpp"

namespace react1::serve {
namespace {

constexpr std::string_view token_signs = "!#$%&'*+-.^_`|~";

bool is_same(std::string_view a, std::string_view b) noexcept {
  const CaselessLess less;
  return !less(a, b) && !less(b, a);
}

bool is_token(std::string_view name) noexcept {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           token_signs.find(c) != std::string_view::npos;
  });
}

bool is_plain_value(std::string_view value) noexcept {
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7F) || c == '\t';
  });
}

bool is_length(std::string_view value) noexcept {
  constexpr std::size_t most_digits = 18;  // fits 63 bits
  return !value.empty() && value.size() <= most_digits &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string_view framing_fault(const RawHeaders& headers) {
  int lengths = 0;
  int codings = 0;
  int hosts = 0;
  for (const auto& [name, value] : headers) {
    if (!is_token(name)) return "a header's name has an invalid character";
    if (!is_plain_value(value)) return "a header has a control character";
    if (is_same(name, "Host") && ++hosts > 1) return "two hosts";
    if (is_same(name, "Content-Length")) {
      if (++lengths > 1) return "two lengths";
      if (!is_length(value)) return "a length that is not a number";
    }
    if (is_same(name, "Transfer-Encoding")) {
      if (++codings > 1 || !is_same(value, "chunked")) return "a transfer coding other than chunks";
    }
  }
  return lengths > 0 && codings > 0 ? "a length and chunks" : "";
}

}  // namespace react1::serve
