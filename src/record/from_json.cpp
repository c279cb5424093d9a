// SPDX-License-Identifier: Apache-2.0
// The public interface of the readers: text.
#include <react1/json.hpp>

#include "core/boundary.hpp"
#include "record/documents.hpp"
#include "record/node.hpp"

namespace react1::REACT1_ABI {
namespace {

/// The result of `read`; the Node refers to the document only during the call.
template <class Read>
auto read_text(std::string_view text, const std::string& where, const Read& read) {
  return at_boundary("from_json", [&] {
    const Json document = parse_json(text, where, ErrorCode::usage);
    return read(record::Node(document, where, ErrorCode::usage));
  });
}

}  // namespace

void JsonReader::read(std::string_view text, const std::string& where, MediaInfo& into) {
  into = read_text(text, where, record::read_media_info);
}

void JsonReader::read(std::string_view text, const std::string& where, std::vector<MediaInfo>& into) {
  into = read_text(text, where, [](const record::Node& node) {
    std::vector<MediaInfo> infos;
    for (const record::Node& item : node.items()) infos.push_back(record::read_media_info(item));
    return infos;
  });
}

void JsonReader::read(std::string_view text, const std::string& where, Preparation& into) {
  into = read_text(text, where, record::read_preparation);
}

void JsonReader::read(std::string_view text, const std::string& where, RunRecord& into) {
  into = read_text(text, where, record::read_run_record);
}

void JsonReader::read(std::string_view text, const std::string& where, Verification& into) {
  into = read_text(text, where, record::read_verification);
}

void JsonReader::read(std::string_view text, const std::string& where, Job& into) {
  into = read_text(text, where, record::read_job);
}

Error JsonReader::read_error(std::string_view text, const std::string& where) {
  return read_text(text, where, record::read_error);
}

}  // namespace react1::REACT1_ABI
