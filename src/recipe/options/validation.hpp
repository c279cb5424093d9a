// SPDX-License-Identifier: Apache-2.0
// What can be wrong with options, as data: the member apart from the words, so that each caller names it its own way.
#pragma once

#include <string>
#include <vector>

#include <react1/pipeline.hpp>

namespace react1::recipe {

struct Problem {
  std::string member;  ///< path in PipelineOptions: "prepare.video_crf"
  std::string text;    ///< reads on after the member: "is 99; allowed are 0 to 51"
};

/// All problems at once; empty when there are none.
[[nodiscard]] std::vector<Problem> find_problems(const PipelineOptions& options);

}  // namespace react1::recipe
