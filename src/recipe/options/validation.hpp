// SPDX-License-Identifier: Apache-2.0
// Problems of options as data: member and text apart, so that each caller can name the member in its own way.
#pragma once

#include <string>
#include <vector>

#include <react1/pipeline.hpp>

namespace react1::recipe {

struct Problem {
  std::string member;  ///< path in PipelineOptions: "prepare.video_crf"
  std::string text;    ///< continues the member's name: "is 99; allowed are 0 to 51"
};

/// All problems at once; empty when there are none.
[[nodiscard]] std::vector<Problem> find_problems(const PipelineOptions& options);

}  // namespace react1::recipe
