// SPDX-License-Identifier: Apache-2.0
// The public interface of the documents: text.
#include <react1/json.hpp>

#include "core/boundary.hpp"
#include "record/documents.hpp"
#include "record/values.hpp"

namespace react1::REACT1_ABI {

std::string to_json(const MediaInfo& info) {
  return at_boundary("to_json", [&] { return json_text(record::document(info)); });
}
std::string to_json(const std::vector<MediaInfo>& infos) {
  return at_boundary("to_json", [&] {
    return json_text(record::array_of(infos, [](const MediaInfo& info) { return record::document(info); }));
  });
}
std::string to_json(const Preparation& preparation) {
  return at_boundary("to_json", [&] { return json_text(record::document(preparation)); });
}
std::string to_json(const RunRecord& record) {
  return at_boundary("to_json", [&] { return json_text(record::document(record)); });
}
std::string to_json(const Verification& verification) {
  return at_boundary("to_json", [&] { return json_text(record::document(verification)); });
}
std::string to_json(const Job& job) {
  return at_boundary("to_json", [&] { return json_text(record::document(job)); });
}
std::string to_json(const Error& error) {
  return at_boundary("to_json", [&] { return json_text(record::document(error)); });
}

}  // namespace react1::REACT1_ABI
