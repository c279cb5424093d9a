// SPDX-License-Identifier: Apache-2.0
#include "media/format/mp3_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace react1::media {
namespace {

constexpr int sure_run = 4;      ///< this many consecutive headers are not a coincidence
constexpr int certain_run = 10;  ///< likewise, to decide that a whole file is MP3
constexpr std::size_t id3v1_size = 128;

/// Empty when there are only tags.
Mp3Bytes behind_id3v2(Mp3Bytes head) {
  while (const std::size_t id3 = id3v2_size(head)) head = head.subspan(std::min(id3, head.size()));
  return head;
}

/// Mp3Bytes of a tag with text that begins here and fits; 0 when none does. A join of two files may have one at any
/// place.
std::size_t text_tag_size(Mp3Bytes rest) {
  const std::size_t id3 = id3v2_size(rest);
  if (id3 > 0 && id3 <= rest.size()) return id3;
  if (starts_with(rest, "TAG") && rest.size() >= id3v1_size) return id3v1_size;
  return 0;
}

/// Walks the file once.
class Scanner {
 public:
  explicit Scanner(Mp3Bytes file) : file_(file) {}

  std::optional<Mp3Scan> run() {
    while (const std::size_t id3 = id3v2_size(file_.subspan(at_))) {
      if (id3 > file_.size() - at_) break;  // a size beyond the file is no size
      at_ += id3;
    }
    scan_.id3v2_bytes = at_;
    end_ = at_;
    while (at_ < file_.size()) {
      if (take_frame()) continue;
      const std::size_t text = text_tag_size(file_.subspan(at_));
      at_ = text > 0 ? at_ + text : next_run(at_ + 1);
    }
    scan_.trailing_bytes = static_cast<std::int64_t>(file_.size() - end_);
    const bool enough = found_ >= 3 || (found_ == 2 && scan_.leading_bytes + scan_.trailing_bytes == 0);
    if (!enough || scan_.frames.empty()) return std::nullopt;
    return std::move(scan_);
  }

 private:
  [[nodiscard]] std::optional<Mp3Header> header_at(std::size_t at) const {
    return at < file_.size() ? parse_mpeg_audio_header(file_.subspan(at)) : std::nullopt;
  }

  /// A run of frames of one kind begins here, or the last frames of the file do.
  [[nodiscard]] bool begins_run(std::size_t at) const {
    const auto first = header_at(at);
    auto header = first;
    for (int run = 1; header && same_stream(*header, *first); ++run) {
      if (run == sure_run) return true;
      if (header->size > file_.size() - at) return false;
      at += header->size;
      if (run >= 2 && (at == file_.size() || text_tag_size(file_.subspan(at)) > 0)) return true;
      header = header_at(at);
    }
    return false;
  }

  /// From `at` on; the file's end when there is none.
  [[nodiscard]] std::size_t next_run(std::size_t at) const {
    while (at < file_.size()) {
      const void* sync = std::memchr(file_.data() + at, 0xFF, file_.size() - at);
      if (sync == nullptr) break;
      at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(sync) - file_.data());
      if (begins_run(at)) return at;
      ++at;
    }
    return file_.size();
  }

  /// Inside a run, a header of the same stream is accepted. Another layer would be another codec.
  bool take_frame() {
    const auto header = header_at(at_);
    if (!header || (found_ > 0 && header->layer != last_.layer)) return false;
    const bool goes_on = found_ > 0 && at_ == end_ && same_stream(*header, last_);
    if (!goes_on && !begins_run(at_) && !is_last_of_two(*header)) return false;
    if (header->size > file_.size() - at_) {
      scan_.cut_off = true;
      return false;
    }
    add(*header);
    return true;
  }

  /// A file of two frames, of which the first may be the tag.
  [[nodiscard]] bool is_last_of_two(const Mp3Header& header) const {
    if (found_ > 1 || at_ + header.size > file_.size()) return false;
    if (found_ == 1) return at_ == end_ && at_ + header.size == file_.size();
    const auto second = header_at(at_ + header.size);
    return second && same_stream(header, *second) && at_ + header.size + second->size == file_.size();
  }

  void add(const Mp3Header& header) {
    if (found_ == 0) {
      scan_.leading_bytes = static_cast<std::int64_t>(at_ - end_);
    } else {
      scan_.inner_bytes += static_cast<std::int64_t>(at_ - end_);
    }
    const auto tag = parse_mp3_tag(file_.subspan(at_, header.size), header);
    if (found_ == 0 && tag) {
      scan_.tag = tag;
      scan_.tag_bytes = static_cast<std::int64_t>(header.size);
    } else {
      if (tag) ++scan_.inner_tags;
      add_sound(header);
    }
    ++found_;
    scan_.cut_off = false;
    last_ = header;
    at_ += header.size;
    end_ = at_;
  }

  void add_sound(const Mp3Header& header) {
    if (scan_.frames.empty()) scan_.first = header;
    scan_.frames.push_back({at_, header.size});
    scan_.sound_s = scan_.sound_s + Seconds(header.samples, header.sample_rate);
    scan_.changes_rate = scan_.changes_rate || !same_stream(header, scan_.first);
    scan_.changes_channels = scan_.changes_channels || header.mono != scan_.first.mono;
    scan_.changes_bitrate = scan_.changes_bitrate || header.bitrate != scan_.first.bitrate;
  }

  Mp3Bytes file_;
  Mp3Scan scan_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;  // of the last frame
  std::int64_t found_ = 0;
  Mp3Header last_;
};

void find_tag_flaws(const Mp3Scan& scan, std::vector<std::string>& flaws) {
  const auto frames = static_cast<std::int64_t>(scan.frames.size());
  if (scan.changes_bitrate && !(scan.tag && scan.tag->frames)) {
    flaws.emplace_back("The bit rate varies, and no tag says how many frames there are.");
  }
  if (!scan.tag) return;
  const Mp3Tag& tag = *scan.tag;
  if (tag.frames && *tag.frames != frames) {
    flaws.push_back(fmt::format("The tag says {} frames, {} are there{}.", *tag.frames, frames,
                                scan.inner_tags > 0 ? ": files were joined" : ""));
  }
  // Some encoders leave their own frame out.
  const std::int64_t bytes = scan.sound_bytes();
  if (tag.bytes && *tag.bytes != bytes && *tag.bytes != bytes + scan.tag_bytes) {
    flaws.push_back(fmt::format("The tag says {} bytes, {} are there.", *tag.bytes, bytes + scan.tag_bytes));
  }
  if (tag.delay && tag.padding && *tag.delay + *tag.padding >= frames * scan.first.samples) {
    flaws.emplace_back("The tag says more padding than there is sound.");
  }
}

/// False for more delay and padding than sound: then both are ignored.
bool tells_delay(const Mp3Scan& scan) {
  const auto samples = static_cast<std::int64_t>(scan.frames.size()) * scan.first.samples;
  return scan.tag && scan.tag->delay && *scan.tag->delay + scan.tag->padding.value_or(0) < samples;
}

/// The padding applies to the frames that the tag was written for.
int kept_padding(const Mp3Scan& scan) {
  const bool is_its_own = scan.tag->frames == static_cast<std::int64_t>(scan.frames.size()) && scan.uniform();
  return is_its_own ? scan.tag->padding.value_or(0) : 0;
}

void put(std::vector<std::uint8_t>& frame, std::size_t at, std::uint32_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) frame[at + i] = static_cast<std::uint8_t>(value >> (8 * (bytes - 1 - i)));
}

/// A tag's frame like the first one with sound. Without a seek table: the frames are read from the start.
std::vector<std::uint8_t> fresh_tag(Mp3Bytes file, const Mp3Scan& scan) {
  constexpr std::size_t lame_part = 36;
  const Mp3Bytes like = file.subspan(scan.frames.front().offset, 4);
  std::vector<std::uint8_t> frame(like.begin(), like.end());
  frame[1] |= 1U;  // no checksum
  const std::size_t text = mp3_tag_offset(scan.first);
  std::size_t size = 0;
  for (std::uint8_t index = 1; index < 15 && size < text + 16 + lame_part; ++index) {
    frame[2] = static_cast<std::uint8_t>(unsigned{index} << 4U | (frame[2] & 0x0CU));
    size = parse_mp3_header(frame).value().size;
  }
  frame.resize(size, 0);
  std::memcpy(frame.data() + text, scan.changes_bitrate ? "Xing" : "Info", 4);
  const bool counted = scan.uniform();
  put(frame, text + 4, counted ? 3U : 2U, 4);
  std::size_t at = text + 8;
  if (counted) {
    put(frame, at, static_cast<std::uint32_t>(scan.frames.size()), 4);
    at += 4;
  }
  put(frame, at, static_cast<std::uint32_t>(scan.sound_bytes() + static_cast<std::int64_t>(size)), 4);
  at += 4;
  std::memcpy(frame.data() + at, "Lavc", 4);
  put(frame, at + 21, static_cast<std::uint32_t>(*scan.tag->delay << 12 | kept_padding(scan)), 3);
  return frame;
}

}  // namespace

std::int64_t Mp3Scan::sound_bytes() const noexcept {
  std::int64_t bytes = 0;
  for (const Frame& frame : frames) bytes += static_cast<std::int64_t>(frame.size);
  return bytes;
}

std::int64_t Mp3Scan::missing_frames() const noexcept {
  if (!tag || !tag->frames) return 0;
  return std::max<std::int64_t>(*tag->frames - static_cast<std::int64_t>(frames.size()), 0);
}

std::vector<std::string> Mp3Scan::flaws() const {
  std::vector<std::string> flaws;
  const auto foreign = [&flaws](std::int64_t bytes, std::string_view where) {
    if (bytes > 0) flaws.push_back(fmt::format("{} bytes {} are no MP3 frames.", bytes, where));
  };
  foreign(leading_bytes, "before its first frame");
  foreign(inner_bytes, "between its frames");
  foreign(trailing_bytes, "after its last frame");
  if (cut_off) flaws.emplace_back("The last frame is cut off.");
  if (changes_rate) flaws.emplace_back("The sample rate changes inside.");
  if (changes_channels) flaws.emplace_back("The number of channels changes inside.");
  find_tag_flaws(*this, flaws);
  return flaws;
}

std::optional<Mp3Scan> scan_mp3(Mp3Bytes file) {
  return Scanner(file).run();
}

bool begins_as_free_format(Mp3Bytes head) {
  head = behind_id3v2(head);
  const auto is_same = [&head](std::size_t at) {
    // All but padding, the mode's details and what concerns the listener.
    return at + 4 <= head.size() && head[at] == 0xFF && head[at + 1] == head[1] &&
           (head[at + 2] & 0xFCU) == (head[2] & 0xFCU);
  };
  if (head.size() < 4 || head[0] != 0xFF || (head[2] & 0xF0U) != 0) return false;
  // With a bit rate in place of none, it is a header.
  const std::array<std::uint8_t, 4> named{head[0], head[1], static_cast<std::uint8_t>(head[2] | 0x10U), head[3]};
  if (!parse_mp3_header(named)) return false;
  constexpr std::size_t shortest = 24, longest = 4096;
  for (std::size_t size = shortest; size < longest; ++size) {
    if (!is_same(size)) continue;
    const std::size_t second = 2 * size;
    if (is_same(second) || is_same(second + 1) || is_same(second - 1)) return true;
  }
  return false;
}

bool begins_as_mp3(Mp3Bytes head, bool whole) {
  head = behind_id3v2(head);
  const auto first = parse_mp3_header(head);
  for (int run = 0; const auto header = parse_mp3_header(head); ++run) {
    if (run == certain_run) return true;
    if (!same_stream(*header, *first) || header->size > head.size()) return false;
    head = head.subspan(header->size);
    if (whole && head.empty()) return true;
  }
  return false;
}

std::vector<std::byte> mended_mp3(Mp3Bytes file, const Mp3Scan& scan) {
  std::vector<std::byte> mended;
  mended.reserve(file.size() + 1024);
  const auto append = [&mended](Mp3Bytes bytes) {
    const auto more = std::as_bytes(bytes);
    mended.insert(mended.end(), more.begin(), more.end());
  };
  append(file.first(scan.id3v2_bytes));
  if (tells_delay(scan)) append(fresh_tag(file, scan));
  for (const Mp3Scan::Frame& frame : scan.frames) append(file.subspan(frame.offset, frame.size));
  return mended;
}

}  // namespace react1::media
