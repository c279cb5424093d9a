// SPDX-License-Identifier: Apache-2.0
// What kind of place an IP address is: on the internet, in a private network, or this machine.
#pragma once

#include <optional>
#include <string_view>

struct sockaddr;

namespace react1::http {

enum class Place {
  internet,
  private_network,  ///< private, shared, link-local, multicast and reserved ranges
  this_machine,     ///< loopback, and the unspecified address, which connects to it
};

/// An IPv4 or IPv6 address as numbers ("127.0.0.1", "::1", with or without a zone); nullopt for a name. An IPv6 address
/// that represents an IPv4 one (mapped, compatible, NAT64, 6to4) is classified by that.
[[nodiscard]] std::optional<Place> place_of(std::string_view address);
/// Anything but AF_INET and AF_INET6 counts as this machine.
[[nodiscard]] Place place_of(const sockaddr& address) noexcept;

/// Which addresses a request may be connected to. Applied to the address that a name has resolved to.
enum class Reach {
  anywhere,
  other_machines,  ///< not to this machine
  internet,        ///< nor to a private network
};
[[nodiscard]] bool may_reach(Reach reach, Place place) noexcept;

}  // namespace react1::http
