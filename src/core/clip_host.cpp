// SPDX-License-Identifier: Apache-2.0
#include <react1/clip_host.hpp>

namespace react1::REACT1_ABI {

ClipHost::ClipHost() = default;
ClipHost::~ClipHost() = default;

}  // namespace react1::REACT1_ABI
