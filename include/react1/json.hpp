// SPDX-License-Identifier: Apache-2.0
// The JSON documents of the contract, as text, in both directions. Seconds have at least 6 decimals, unknown is null.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <react1/api.hpp>
#include <react1/error.hpp>
#include <react1/media_info.hpp>
#include <react1/pipeline.hpp>

namespace react1::REACT1_ABI {

[[nodiscard]] REACT1_API std::string to_json(const MediaInfo& info);
[[nodiscard]] REACT1_API std::string to_json(const std::vector<MediaInfo>& infos);
[[nodiscard]] REACT1_API std::string to_json(const Preparation& preparation);
[[nodiscard]] REACT1_API std::string to_json(const RunRecord& record);
[[nodiscard]] REACT1_API std::string to_json(const Verification& verification);
[[nodiscard]] REACT1_API std::string to_json(const Job& job);
[[nodiscard]] REACT1_API std::string to_json(const Error& error);

/// The types that from_json() reads: those that to_json() writes.
template <class Record>
concept JsonRecord = std::is_same_v<Record, MediaInfo> || std::is_same_v<Record, std::vector<MediaInfo>> ||
    std::is_same_v<Record, Preparation> || std::is_same_v<Record, RunRecord> || std::is_same_v<Record, Verification> ||
    std::is_same_v<Record, Job> || std::is_same_v<Record, Error>;

/// Reads what to_json() has written: `from_json<RunRecord>(text)`. to_json() of the result is the same text again.
/// Unknown keys are ignored, so that documents of later releases can be read; keys that earlier releases
/// did not write may be missing. Lengths of clips are exact again (from counts and rates), other seconds have the
/// document's nine decimals; fields that the document does not hold (docs/json.md names them) have their defaults.
/// Throws Error{usage} for invalid JSON, a missing key, a wrong type or an unknown enum value; it names `where` (what
/// the text is, e.g. its file), the place in the document, what was found and what is expected.
template <JsonRecord Record>
[[nodiscard]] Record from_json(std::string_view text, const std::string& where = "document");

/// The implementation of from_json().
struct JsonReader {
  REACT1_API static void read(std::string_view text, const std::string& where, MediaInfo& into);
  REACT1_API static void read(std::string_view text, const std::string& where, std::vector<MediaInfo>& into);
  REACT1_API static void read(std::string_view text, const std::string& where, Preparation& into);
  REACT1_API static void read(std::string_view text, const std::string& where, RunRecord& into);
  REACT1_API static void read(std::string_view text, const std::string& where, Verification& into);
  REACT1_API static void read(std::string_view text, const std::string& where, Job& into);
  [[nodiscard]] REACT1_API static Error read_error(std::string_view text, const std::string& where);
};

template <JsonRecord Record>
Record from_json(std::string_view text, const std::string& where) {
  if constexpr (std::is_same_v<Record, Error>) {
    return JsonReader::read_error(text, where);
  } else {
    Record record;
    JsonReader::read(text, where, record);
    return record;
  }
}

}  // namespace react1::REACT1_ABI
