// SPDX-License-Identifier: Apache-2.0
// The fixtures with their truths, and the outcome of prepare() for them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <react1/error.hpp>
#include <react1/pipeline.hpp>

#include "core/atomic_file.hpp"
#include "core/json_text.hpp"

namespace react1::test {

/// A fixture's JSON of truth, as fixtures/truth.py wrote it.
[[nodiscard]] Json truth_of(const std::string& name);
/// All of them, by name.
[[nodiscard]] std::vector<Json> truths();

enum class Role { video, audio };

/// What prepare() did with a fixture in one of the two places; a plain partner takes the other.
struct Prepared {
  std::unique_ptr<TemporaryDirectory> folder = std::make_unique<TemporaryDirectory>();
  std::optional<Preparation> result;
  std::optional<Error> error;

  [[nodiscard]] const PreparedClip& clip(Role role) const;
};

[[nodiscard]] PipelineOptions options_for(bool salvage);
[[nodiscard]] Prepared prepare_fixture(const std::string& name, Role role, const PipelineOptions& options);
[[nodiscard]] Preparation plan_fixture(const std::string& name, Role role, const PipelineOptions& options);
[[nodiscard]] bool warned(const std::vector<Warning>& warnings, const std::string& code);

}  // namespace react1::test
