// SPDX-License-Identifier: Apache-2.0
// Thrown when a window can't be decoded as planned, so that it can be planned again around the damage.
#pragma once

#include <utility>

#include <react1/error.hpp>

namespace react1::media {

/// Pictures or samples of a planned window are damaged or missing, or a copied clip could not be proved. Code media.
class DamageFound : public Error {
 public:
  DamageFound(std::string where, std::string message, Extra extra = {})
      : Error(ErrorCode::media, std::move(where), std::move(message), std::move(extra)) {}
};

}  // namespace react1::media
