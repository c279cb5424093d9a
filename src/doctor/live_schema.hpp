// SPDX-License-Identifier: Apache-2.0
// Compares the schema that the service publishes with the fields that are always sent.
#pragma once

#include <string>
#include <vector>

#include "core/json_text.hpp"
#include "core/model.hpp"

namespace react1::doctor {

/// Differences between a schema and what is sent; all empty: none.
struct SchemaDifference {
  bool found = true;                ///< false: the document has no schema of a request with two clips
  std::vector<std::string> broken;  ///< calls would be refused: a field or value that is gone, a new required field
  std::vector<std::string> grown;   ///< values and fields that are new, and not sent
};

/// `openapi`: an OpenAPI 3 document of the endpoint.
[[nodiscard]] SchemaDifference compare_schema(const Json& openapi, const Model& model);

}  // namespace react1::doctor
