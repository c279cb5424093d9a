// SPDX-License-Identifier: Apache-2.0
#include "http/message/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>

namespace react1::http {
namespace {

struct Range {
  std::uint32_t first;
  int bits;
  Place place;
};

constexpr std::uint32_t quad(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) noexcept {
  return a << 24U | b << 16U | c << 8U | d;
}

/// IANA's special-purpose registry, without the documentation ranges, which nothing answers on.
constexpr std::array<Range, 12> kRanges{{{quad(0, 0, 0, 0), 8, Place::this_machine},
                                         {quad(127, 0, 0, 0), 8, Place::this_machine},
                                         {quad(10, 0, 0, 0), 8, Place::private_network},
                                         {quad(100, 64, 0, 0), 10, Place::private_network},
                                         {quad(169, 254, 0, 0), 16, Place::private_network},
                                         {quad(172, 16, 0, 0), 12, Place::private_network},
                                         {quad(192, 0, 0, 0), 24, Place::private_network},
                                         {quad(192, 168, 0, 0), 16, Place::private_network},
                                         {quad(198, 18, 0, 0), 15, Place::private_network},
                                         {quad(224, 0, 0, 0), 4, Place::private_network},
                                         {quad(240, 0, 0, 0), 4, Place::private_network},
                                         {quad(255, 255, 255, 255), 32, Place::private_network}}};

Place place_of_v4(std::uint32_t address) noexcept {
  for (const Range& range : kRanges) {
    const std::uint32_t mask = ~std::uint32_t{0} << static_cast<unsigned>(32 - range.bits);
    if ((address & mask) == range.first) return range.place;
  }
  return Place::internet;
}

using Bytes = std::array<std::uint8_t, 16>;

std::uint32_t v4_at(const Bytes& bytes, std::size_t at) noexcept {
  return quad(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

Place place_of_v6(const Bytes& bytes) noexcept {
  const auto zero = [&](std::size_t from, std::size_t to) {
    return std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                       bytes.begin() + static_cast<std::ptrdiff_t>(to), [](std::uint8_t byte) { return byte == 0; });
  };
  if (zero(0, 15) && bytes[15] <= 1) return Place::this_machine;
  if (zero(0, 10) && bytes[10] == 0xFF && bytes[11] == 0xFF) return place_of_v4(v4_at(bytes, 12));
  if (zero(0, 12)) return place_of_v4(v4_at(bytes, 12));
  if (v4_at(bytes, 0) == 0x0064FF9BU) return place_of_v4(v4_at(bytes, 12));
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return place_of_v4(v4_at(bytes, 2));
  const bool unique_local = (bytes[0] & 0xFEU) == 0xFCU;
  const bool link_or_site = bytes[0] == 0xFE && (bytes[1] & 0x80U) != 0;
  const bool multicast = bytes[0] == 0xFF;
  return unique_local || link_or_site || multicast ? Place::private_network : Place::internet;
}

}  // namespace

std::optional<Place> place_of(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return place_of_v4(ntohl(v4.s_addr));
  Bytes v6{};
  if (::inet_pton(AF_INET6, text.c_str(), v6.data()) == 1) return place_of_v6(v6);
  return std::nullopt;
}

Place place_of(const sockaddr& address) noexcept {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof(v4));
    return place_of_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return Place::this_machine;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof(v6));
  Bytes bytes{};
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return place_of_v6(bytes);
}

bool may_reach(Reach reach, Place place) noexcept {
  switch (reach) {
    case Reach::anywhere:
      return true;
    case Reach::other_machines:
      return place != Place::this_machine;
    case Reach::internet:
      return place == Place::internet;
  }
  return false;
}

}  // namespace react1::http
