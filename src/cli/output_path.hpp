// Rules for -o, checked before any work and any money.
#pragma once

#include <react1/source.hpp>
#include <string>
#include <vector>

namespace react1::cli {

/// Throws Error{usage} when `output` is a folder or one of `inputs`, Error{io} when a file cannot be made there.
/// Leaves nothing behind.
void require_output_file(const std::string& output, const std::vector<Source>& inputs);

}  // namespace react1::cli
