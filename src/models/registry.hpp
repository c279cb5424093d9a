// SPDX-License-Identifier: Apache-2.0
// The models that the program knows. A new one is a folder here and a line in registry.cpp.
#pragma once

#include <string_view>
#include <vector>

#include "core/model.hpp"

namespace react1::models {

/// The one whose defaults the options have: React-1.
[[nodiscard]] const Model& standard();

/// In the order of registration, standard() first. Any thread.
[[nodiscard]] std::vector<const Model*> all();
/// nullptr for an endpoint that nobody has registered. Any thread.
[[nodiscard]] const Model* find(std::string_view endpoint);
/// An endpoint that is not known is treated as standard().
[[nodiscard]] const Model& at(std::string_view endpoint);

/// A model is registered as long as this lives. For models of a program's own; what is built in is in registry.cpp.
/// `model`, and what its spans view, must outlive everything that was started meanwhile.
class Registration {
 public:
  /// Throws Error{internal} when its endpoint is taken.
  explicit Registration(const Model& model);
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;
  ~Registration();

 private:
  const Model& model_;
};

}  // namespace react1::models
