// SPDX-License-Identifier: Apache-2.0
// plan() and prepare() of clips that are damaged, cut off or begun at every one of their packets.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <react1/error.hpp>
#include <react1/pipeline.hpp>

#include "core/atomic_file.hpp"
#include "media/stream/demuxer.hpp"
#include "support/paths.hpp"

namespace react1 {
namespace {

struct Place {
  std::size_t at, size;
};

std::vector<Place> picture_packets(const std::string& path) {
  media::Demuxer demuxer(path, {}, RunContext{});
  const int index = probe(path).video.value().index;
  demuxer.select(std::array{index});
  const media::ff::Packet packet = media::ff::make_packet();
  std::vector<Place> places;
  while (demuxer.read(*packet)) {
    places.push_back({static_cast<std::size_t>(packet->pos), static_cast<std::size_t>(packet->size)});
  }
  return places;
}

/// What a person gets to see.
struct Answer {
  std::optional<std::string> error;
  std::int64_t frames = 0;
  Seconds start_s, end_s;
  std::vector<std::string> warnings;

  bool operator==(const Answer&) const = default;
};

std::string text(const Answer& answer) {
  std::string said = answer.error.value_or(std::to_string(answer.frames) + " frames from " +
                                           answer.start_s.to_decimal(3) + " to " + answer.end_s.to_decimal(3));
  for (const std::string& warning : answer.warnings) said += " | " + warning;
  return said;
}

template <class Work>
Answer answer_of(Work work) {
  Answer answer;
  try {
    const Preparation made = work();
    answer.frames = made.video.video.value().frames;
    answer.start_s = made.video.window_start_s;
    answer.end_s = made.video.window_end_s;
    for (const Warning& warning : made.warnings) answer.warnings.push_back(warning.code + ": " + warning.message);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
    answer.error = std::string(error.where()) + ": " + error.message();
  }
  return answer;
}

/// Checks that both answer alike; gives the answer.
Answer check_alike(const std::string& clip, const PipelineOptions& options) {
  const std::string voice = test::fixture("voice_24bit_16k_2s.wav");
  const Answer planned = answer_of([&] { return plan(clip, voice, options, RunContext{}); });
  const Answer made = answer_of([&] {
    const TemporaryDirectory folder;
    return prepare(clip, voice, folder.path().string(), options, RunContext{});
  });
  CHECK_MESSAGE(planned == made, "plan: ", text(planned), "\nprepare: ", text(made));
  return made;
}

PipelineOptions quick(bool salvage) {
  PipelineOptions options;
  options.prepare.salvage = salvage;
  options.prepare.video_preset = "ultrafast";
  return options;
}

struct Tally {
  int kept = 0, refused = 0;
  void add(const Answer& answer) { answer.error ? ++refused : ++kept; }
};

template <class Change>
Tally sweep(const std::string& name, Change change) {
  const std::string source = test::fixture(name);
  const std::string whole = read_file(source);
  const std::string ending = name.substr(name.rfind('.'));
  Tally tally;
  const std::vector<Place> places = picture_packets(source);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const TemporaryDirectory folder;
    const std::string clip = (folder.path() / ("clip" + ending)).string();
    write_file_atomically(clip, change(whole, places[i]));
    INFO(name << " packet " << i);
    const Answer strict = check_alike(clip, quick(/*salvage=*/false));
    tally.add(strict);
    if (!strict.error) continue;
    CHECK(strict.error->find(clip) == 0);
    const Answer salvaged = check_alike(clip, quick(/*salvage=*/true));
    if (!salvaged.error)
      CHECK(salvaged.end_s - salvaged.start_s >= Seconds(3, 4));  // a copied cut may end a little early
  }
  return tally;
}

std::string overwritten(std::string bytes, const Place& packet) {
  for (std::size_t i = packet.size / 4; i < packet.size; ++i) bytes[packet.at + i] = '\xff';
  return bytes;
}

std::string cut_off(std::string bytes, const Place& packet) {
  bytes.resize(packet.at + packet.size / 2);
  return bytes;
}

}  // namespace

TEST_CASE("plan and prepare answer alike whichever packet is damaged") {
  const Tally tally = sweep("damaged_tail_3s.mp4", overwritten);  // its last seven are lost as it is
  CHECK(tally.kept + tally.refused == 75);
  CHECK(tally.kept >= 7);
  CHECK(tally.refused >= 50);
}

TEST_CASE("plan and prepare answer alike whichever packet of reordered pictures is damaged") {
  const Tally tally = sweep("transport_2s.ts", overwritten);
  CHECK(tally.kept + tally.refused == 50);
}

TEST_CASE("plan and prepare answer alike wherever a clip is cut off") {
  const Tally tally = sweep("rate_2997_2s.mp4", cut_off);
  CHECK(tally.kept + tally.refused == 60);
  CHECK(tally.kept == 14);  // half a second of 30000/1001 is 14.98 frames
}

TEST_CASE("plan and prepare answer alike wherever a capture begins, and begin with its first key frame") {
  const std::string source = test::fixture("capture_midway_3s.ts");
  const std::string whole = read_file(source);
  const std::vector<Place> places = picture_packets(source);
  constexpr std::size_t packet_bytes = 188;
  const std::string tables = whole.substr(0, 3 * packet_bytes);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const TemporaryDirectory folder;
    const std::string clip = (folder.path() / "capture.ts").string();
    write_file_atomically(clip, tables + whole.substr(places[i].at / packet_bytes * packet_bytes));
    INFO("packet " << i);
    const Answer answer = check_alike(clip, quick(/*salvage=*/false));
    const std::size_t keys_before = i <= 10 ? 0 : (i - 10 + 24) / 25;  // the first key frame is the eleventh picture
    if (keys_before < 3) CHECK(answer.frames == 75 - 25 * static_cast<std::int64_t>(keys_before));
  }
}

}  // namespace react1
