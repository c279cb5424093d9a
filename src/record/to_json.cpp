// The public face of the documents: text.
#include <react1/json.hpp>

#include "record/documents.hpp"
#include "record/values.hpp"

namespace react1 {

std::string to_json(const MediaInfo& info) {
  return json_text(record::document(info));
}
std::string to_json(const std::vector<MediaInfo>& infos) {
  return json_text(record::array_of(infos, [](const MediaInfo& info) { return record::document(info); }));
}
std::string to_json(const Preparation& preparation) {
  return json_text(record::document(preparation));
}
std::string to_json(const RunRecord& record) {
  return json_text(record::document(record));
}
std::string to_json(const Verification& verification) {
  return json_text(record::document(verification));
}
std::string to_json(const Job& job) {
  return json_text(record::document(job));
}
std::string to_json(const Error& error) {
  return json_text(record::document(error));
}

}  // namespace react1
