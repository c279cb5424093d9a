// SPDX-License-Identifier: Apache-2.0
// The flags of a command line as typed, applied to options.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <react1/pipeline.hpp>

#include "recipe/options/option.hpp"

namespace react1::recipe {

class TypedOptions {
 public:
  /// The last text counts. A flag without value is "true", or "false". `flag`: any name of a flag of the table.
  void give(std::string_view flag, std::string text);
  /// `flag`: any name of it.
  [[nodiscard]] bool is_given(std::string_view flag) const;
  /// Sets what was given, in the order of the table. Throws Error{usage} that names the flag.
  void lay_over(PipelineOptions& options) const;
  /// The given flag that sets `member`, or a part of it; empty when none does.
  [[nodiscard]] std::string_view flag_of(std::string_view member) const;

 private:
  std::map<const Option*, std::string> given_;  // rows live as long as the process
};

}  // namespace react1::recipe
