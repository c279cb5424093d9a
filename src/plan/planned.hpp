// SPDX-License-Identifier: Apache-2.0
// The result of a planning function: the decision and its warnings.
#pragma once

#include <iterator>
#include <utility>
#include <vector>

#include <react1/media_info.hpp>

namespace react1::planning {

template <class T>
struct Planned {
  T value;
  std::vector<Warning> warnings{};
};

/// Moves `more` to the end of `warnings`.
inline void append(std::vector<Warning>& warnings, std::vector<Warning> more) {
  warnings.insert(warnings.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// The decision; its warnings move to the end of `warnings`.
template <class T>
[[nodiscard]] T unwrap(Planned<T> planned, std::vector<Warning>& warnings) {
  append(warnings, std::move(planned.warnings));
  return std::move(planned.value);
}

}  // namespace react1::planning
