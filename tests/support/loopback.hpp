// SPDX-License-Identifier: Apache-2.0
// A connection to a port of this machine, for tests that speak to a server byte by byte.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

#include "core/descriptor.hpp"

namespace react1::test {

/// Not open when there is no listener.
[[nodiscard]] inline Descriptor connect_to(int port) {
  Descriptor connection(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, /*protocol=*/0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) connection.close();
  return connection;
}

}  // namespace react1::test
