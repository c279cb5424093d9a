// SPDX-License-Identifier: Apache-2.0
// Where a run keeps its prepared clips: next to the jobs, by intent, so that a user or a later command can inspect
// exactly what was sent. A cache: old folders are removed.
#pragma once

#include <chrono>
#include <filesystem>
#include <react1/pipeline.hpp>
#include <string>

namespace react1::stages {

/// options.clips_directory, else state_directory()/clips; created when missing. Throws Error{io}.
[[nodiscard]] std::filesystem::path clips_root(const PipelineOptions& options);

/// Moves the clips of `preparation`, made in `workshop` (a folder below `root`), to `root`/`intent`, with their
/// prepare.json, and returns the preparation with the new paths. Existing clips of the same intent are
/// replaced if react1 made them, and otherwise kept if their content is the same. Throws Error{io}.
[[nodiscard]] Preparation keep_clips(Preparation preparation, const std::filesystem::path& workshop,
                                     const std::filesystem::path& root, const std::string& intent);

/// Removes folders of `root` that keep_clips() made and last wrote before `oldest`, and what killed processes left in
/// their workshops. Everything else stays. Never throws: what can't be removed stays.
void forget_clips(const std::filesystem::path& root, std::filesystem::file_time_type oldest) noexcept;

}  // namespace react1::stages
