// SPDX-License-Identifier: Apache-2.0
// schemas/*.json: validation of the documents of the program and the library.
#pragma once

#include <string>
#include <vector>

#include "core/json_text.hpp"

namespace react1::test {

/// Every file of schemas/, without ".json", sorted.
[[nodiscard]] std::vector<std::string> schema_names();

/// schemas/NAME.json with every $ref replaced by what it refers to.
[[nodiscard]] const Json& schema_of(const std::string& name);

/// Where `document` is not as schemas/NAME.json says, one line each; empty when it is. A member that the schema does
/// not have is a problem as well.
[[nodiscard]] std::vector<std::string> schema_problems(const Json& document, const std::string& name);

/// Fails the test for each problem, and shows it.
void check_schema(const Json& document, const std::string& name);

}  // namespace react1::test
