// SPDX-License-Identifier: Apache-2.0
// Default key and hosts from the environment.
#include <cstdlib>
#include <react1/error.hpp>
#include <react1/fal.hpp>
#include <string>

#include "fal/protocol/session.hpp"

#include "core/boundary.hpp"

namespace react1::REACT1_ABI {
namespace {

/// Empty counts as unset: `FAL_KEY= react1 …` is a common way to disable a variable.
std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

Secret key_from_environment() {
  if (std::string key = variable("FAL_KEY"); !key.empty()) return Secret(std::move(key));
  const std::string id = variable("FAL_KEY_ID");
  const std::string secret = variable("FAL_KEY_SECRET");
  if (id.empty() != secret.empty()) {
    throw Error(ErrorCode::auth, id.empty() ? "FAL_KEY_ID" : "FAL_KEY_SECRET",
                "is not set, but the other half of the key is", {.hint = "set both, or FAL_KEY alone"});
  }
  return id.empty() ? Secret{} : Secret(id + ":" + secret);
}

}  // namespace

FalOptions fal_options_from_environment() {
  return at_boundary("fal_options_from_environment", [] {
    FalOptions options;
    options.key = key_from_environment();
    fal::check_key(options.key);
    if (std::string url = variable("REACT1_QUEUE_URL"); !url.empty()) options.queue_url = std::move(url);
    if (std::string url = variable("REACT1_REST_URL"); !url.empty()) options.rest_url = std::move(url);
    if (std::string url = variable("REACT1_PLATFORM_URL"); !url.empty()) options.platform_url = std::move(url);
    return options;
  });
}

}  // namespace react1::REACT1_ABI
