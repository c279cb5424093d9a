// SPDX-License-Identifier: Apache-2.0
// Which key of a recipe is which field of PipelineOptions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <react1/pipeline.hpp>

#include "recipe/document.hpp"

namespace react1::recipe {

struct Field {
  std::string_view pointer;  ///< JSON pointer: "/preprocess/video_crf"
  std::string_view option;   ///< path in PipelineOptions: "prepare.video_crf"
  /// Stores a value that the schema allows. Throws std::invalid_argument when an exact quantity has too many digits.
  void (*read)(const Document& value, PipelineOptions& options);
};

[[nodiscard]] std::span<const Field> fields() noexcept;

/// "$.preprocess.video_crf" for "prepare.video_crf"; of a group ("prepare.video_window") the object's path.
[[nodiscard]] std::string path_of_option(std::string_view option);

}  // namespace react1::recipe
