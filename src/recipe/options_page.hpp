// SPDX-License-Identifier: Apache-2.0
// docs/options.md: every option, out of the table.
#pragma once

#include <string>

namespace react1::recipe {

/// Markdown.
[[nodiscard]] std::string options_page();

}  // namespace react1::recipe
