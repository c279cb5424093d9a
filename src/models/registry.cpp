// SPDX-License-Identifier: Apache-2.0
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <string>

#include <react1/error.hpp>

#include "models/react1/react1.hpp"

namespace react1::models {
namespace {

/// The built-in models: one line each.
constexpr std::array kBuiltIn{
    react1_model,
};

/// Registered at run time.
struct Others {
  std::mutex mutex;
  std::vector<const Model*> models;
};

Others& others() {
  static Others registered;
  return registered;
}

}  // namespace

const Model& standard() {
  return kBuiltIn.front()();
}

std::vector<const Model*> all() {
  std::vector<const Model*> models;
  models.reserve(kBuiltIn.size());
  for (const auto& built_in : kBuiltIn) models.push_back(&built_in());
  const std::lock_guard lock(others().mutex);
  models.insert(models.end(), others().models.begin(), others().models.end());
  return models;
}

const Model* find(std::string_view endpoint) {
  const auto models = all();
  const auto found =
      std::find_if(models.begin(), models.end(), [&](const Model* model) { return model->endpoint == endpoint; });
  return found == models.end() ? nullptr : *found;
}

const Model& at(std::string_view endpoint) {
  const Model* found = find(endpoint);
  return found == nullptr ? standard() : *found;
}

Registration::Registration(const Model& model) : model_(model) {
  if (find(model.endpoint) != nullptr) {
    throw Error(ErrorCode::internal, std::string(model.endpoint), "is already the endpoint of another model");
  }
  const std::lock_guard lock(others().mutex);
  others().models.push_back(&model_);
}

Registration::~Registration() {
  const std::lock_guard lock(others().mutex);
  std::erase(others().models, &model_);
}

}  // namespace react1::models
