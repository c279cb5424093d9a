// SPDX-License-Identifier: Apache-2.0
// The models that the program knows. To add one: a folder here and a line in registry.cpp.
#pragma once

#include <string_view>
#include <vector>

#include "core/model.hpp"

namespace react1::models {

/// The default model of the options: React-1.
[[nodiscard]] const Model& standard();

/// In the order of registration, standard() first. Any thread.
[[nodiscard]] std::vector<const Model*> all();
/// nullptr for an endpoint without a registered model. Any thread.
[[nodiscard]] const Model* find(std::string_view endpoint);
/// An unknown endpoint is treated as standard().
[[nodiscard]] const Model& at(std::string_view endpoint);

/// Registers a model for the object's lifetime. For models of the embedding program; built-in ones are in registry.cpp.
/// `model`, and what its spans view, must outlive everything started meanwhile.
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
