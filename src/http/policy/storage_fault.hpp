// SPDX-License-Identifier: Apache-2.0
// The error document of an object store: <Error><Code>…</Code><Message>…</Message></Error>. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace react1::http {

struct StorageFault {
  std::string code;     ///< e.g. "AccessDenied": letters, digits, '.', '-' and '_' only, at most 64
  std::string message;  ///< one line of printable ASCII; empty when there is none, or when it is longer than 200 bytes
};

/// Of S3, GCS, R2, Azure and their like. nullopt for anything but XML with a <Code>. Other contents
/// (the signed string, the key's id) are left out.
[[nodiscard]] std::optional<StorageFault> storage_fault(std::string_view body);

/// "AccessDenied: Request has expired"; empty for anything else.
[[nodiscard]] std::string storage_fault_text(std::string_view body);

}  // namespace react1::http
