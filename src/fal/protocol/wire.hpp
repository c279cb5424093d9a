// SPDX-License-Identifier: Apache-2.0
// The JSON of the protocol: requests written, answers parsed. Every parser tolerates missing, null and unexpected
// fields; nullopt means that a required field is missing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <react1/fal.hpp>

#include "core/json_text.hpp"
#include "core/model.hpp"

namespace react1::fal {

/// An object, or nullopt: not JSON, another type, or nested deeper than any legitimate answer.
[[nodiscard]] std::optional<Json> read_object(std::string_view text);
/// The string under `key`; empty when it is missing or not a string.
[[nodiscard]] std::string text_of(const Json& object, std::string_view key);

[[nodiscard]] std::string write_initiate(const std::string& file_name, const std::string& content_type);
struct UploadTarget {
  std::string upload_url, file_url;
};
[[nodiscard]] std::optional<UploadTarget> read_initiated(std::string_view body);

/// The value of X-Fal-Object-Lifecycle and of X-Fal-Object-Lifecycle-Preference.
[[nodiscard]] std::string write_lifecycle(const ObjectLifecycle& lifecycle);
/// The etag in the answer to part `number`, verbatim; nullopt for an answer about another part or without an etag.
[[nodiscard]] std::optional<std::string> read_part(std::string_view body, int number);
/// `etags` by part number.
[[nodiscard]] std::string write_complete(const std::map<int, std::string>& etags);

/// The model's input. Throws Error{usage} for parameters that the model does not accept.
[[nodiscard]] std::string write_submit(const Model& model, const Parameters& parameters, const std::string& video_url,
                                       const std::string& audio_url);
/// Needs a usable request id, of a request that has not ended.
[[nodiscard]] std::optional<RequestRef> read_submitted(std::string_view body);

/// Any object; State::unknown without a known status word.
[[nodiscard]] std::optional<QueueStatus> read_status(std::string_view body);
[[nodiscard]] QueueStatus status_of(const Json& object);

/// Needs a video with a URL, or one that is a URL itself.
[[nodiscard]] std::optional<ResultVideo> read_result(const Model& model, std::string_view body);
/// For a stored answer without its endpoint: the first model that can parse it.
[[nodiscard]] std::optional<ResultVideo> read_result(std::string_view body);

}  // namespace react1::fal
