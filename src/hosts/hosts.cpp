// SPDX-License-Identifier: Apache-2.0
#include "hosts/hosts.hpp"

namespace react1::hosts {

std::shared_ptr<ClipHost> open_clip_host(FalClient& client) {
  return {std::shared_ptr<ClipHost>(), &client.clip_host()};  // the client owns it
}

}  // namespace react1::hosts
