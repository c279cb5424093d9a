// SPDX-License-Identifier: Apache-2.0
// The JSON documents of the contract, as text. Seconds have at least 6 decimals, unknown is null.
#pragma once

#include <string>
#include <vector>

#include <react1/error.hpp>
#include <react1/media_info.hpp>
#include <react1/pipeline.hpp>

namespace react1 {

[[nodiscard]] std::string to_json(const MediaInfo& info);
[[nodiscard]] std::string to_json(const std::vector<MediaInfo>& infos);
[[nodiscard]] std::string to_json(const Preparation& preparation);
[[nodiscard]] std::string to_json(const RunRecord& record);
[[nodiscard]] std::string to_json(const Verification& verification);
[[nodiscard]] std::string to_json(const Job& job);
[[nodiscard]] std::string to_json(const Error& error);

}  // namespace react1
