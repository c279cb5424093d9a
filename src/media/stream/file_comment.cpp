// SPDX-License-Identifier: Apache-2.0
#include "media/stream/file_comment.hpp"

#include "media/stream/demuxer.hpp"

namespace react1::media {

std::string file_comment(const std::string& path, const RunContext& context) {
  const Demuxer demuxer(path, DemuxerOptions::from(SourceOptions{}), context);
  const AVDictionaryEntry* entry = av_dict_get(demuxer.format().metadata, "comment", nullptr, /*flags=*/0);
  return entry == nullptr ? std::string{} : std::string{entry->value};
}

}  // namespace react1::media
