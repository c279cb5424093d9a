// SPDX-License-Identifier: Apache-2.0
// PipelineOptions::validate(): every rule, and all of them at once.
#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <react1/pipeline.hpp>

namespace react1 {
namespace {

struct Fault {
  const char* field;
  std::function<void(PipelineOptions&)> make;
};

const std::vector<Fault>& faults() {
  static const std::vector<Fault> list{
      {"prepare.video_window", [](PipelineOptions& o) { o.prepare.video_window.duration = 0; }},
      {"prepare.audio_window", [](PipelineOptions& o) { o.prepare.audio_window.start = -1; }},
      {"prepare.max_duration_s", [](PipelineOptions& o) { o.prepare.max_duration_s = Rational(15001, 1000); }},
      {"prepare.max_width", [](PipelineOptions& o) { o.prepare.max_width = 0; }},
      {"prepare.max_height", [](PipelineOptions& o) { o.prepare.max_height = 2161; }},
      {"prepare.video_crf", [](PipelineOptions& o) { o.prepare.video_crf = 52; }},
      {"prepare.video_preset", [](PipelineOptions& o) { o.prepare.video_preset = "quick"; }},
      {"prepare.audio_bitrate_kbps_per_channel",
       [](PipelineOptions& o) { o.prepare.audio_bitrate_kbps_per_channel = 31; }},
      {"prepare.source.stall_timeout", [](PipelineOptions& o) { o.prepare.source.stall_timeout = {}; }},
      {"prepare.source.decode_timeout", [](PipelineOptions& o) { o.prepare.source.decode_timeout = {}; }},
      {"prepare.source.max_source_bytes", [](PipelineOptions& o) { o.prepare.source.max_source_bytes = 0; }},
      {"prepare.source.max_spooled_bytes", [](PipelineOptions& o) { o.prepare.source.max_spooled_bytes = 0; }},
      {"prepare.source.max_streams", [](PipelineOptions& o) { o.prepare.source.max_streams = 1001; }},
      {"prepare.source.max_pixels", [](PipelineOptions& o) { o.prepare.source.max_pixels = 0; }},
      {"prepare.source.max_channels", [](PipelineOptions& o) { o.prepare.source.max_channels = 65; }},
      {"prepare.source.max_sample_rate", [](PipelineOptions& o) { o.prepare.source.max_sample_rate = 0; }},
      {"prepare.source.max_packet_bytes", [](PipelineOptions& o) { o.prepare.source.max_packet_bytes = 0; }},
      {"parameters.temperature", [](PipelineOptions& o) { o.parameters.temperature = 1.01; }},
      {"advice.min_video_s", [](PipelineOptions& o) { o.advice.min_video_s = 0; }},
      {"advice.min_frames", [](PipelineOptions& o) { o.advice.min_frames = 0; }},
      {"advice.lost_tail_warn_s", [](PipelineOptions& o) { o.advice.lost_tail_warn_s = -1; }},
      {"advice.lost_tail_warn_share", [](PipelineOptions& o) { o.advice.lost_tail_warn_share = 2; }},
      {"advice.remap_speed_up", [](PipelineOptions& o) { o.advice.remap_speed_up = Rational(1, 2); }},
      {"advice.remap_slow_down", [](PipelineOptions& o) { o.advice.remap_slow_down = 0; }},
      {"advice.remap_slow_down_warn", [](PipelineOptions& o) { o.advice.remap_slow_down_warn = 1; }},
      {"advice.one_turn", [](PipelineOptions& o) { o.advice.one_turn = 1; }},
      {"advice.many_turns", [](PipelineOptions& o) { o.advice.many_turns = 1; }},
      {"advice.bounce_lips_only", [](PipelineOptions& o) { o.advice.bounce_lips_only = 0; }},
      {"prepare.conform_turn_reach_s", [](PipelineOptions& o) { o.prepare.conform_turn_reach_s = -1; }},
      {"advice.voice_gate_dbfs", [](PipelineOptions& o) { o.advice.voice_gate_dbfs = 1; }},
      {"advice.voice_tail_s", [](PipelineOptions& o) { o.advice.voice_tail_s = -1; }},
      {"advice.loop_ssim", [](PipelineOptions& o) { o.advice.loop_ssim = 1.5; }},
      {"advice.loop_step", [](PipelineOptions& o) { o.advice.loop_step = -1; }},
      {"advice.static_travel", [](PipelineOptions& o) { o.advice.static_travel = 11; }},
      {"advice.static_motion", [](PipelineOptions& o) { o.advice.static_motion = -0.1; }},
      {"advice.scene_cut", [](PipelineOptions& o) { o.advice.scene_cut = 2; }},
      {"price.usd_per_minute", [](PipelineOptions& o) { o.price.usd_per_minute = -1; }},
      {"retry.attempts", [](PipelineOptions& o) { o.retry.attempts = 21; }},
      {"retry.base_delay", [](PipelineOptions& o) { o.retry.base_delay = {}; }},
      {"retry.max_delay", [](PipelineOptions& o) { o.retry.max_delay = std::chrono::milliseconds(499); }},
      {"upload.parts_at_once", [](PipelineOptions& o) { o.upload.parts_at_once = 17; }},
      {"upload.multipart_above", [](PipelineOptions& o) { o.upload.multipart_above = (90 << 20) + 1; }},
      {"upload.lifecycle.expires_after",
       [](PipelineOptions& o) { o.upload.lifecycle.expires_after = std::chrono::seconds(0); }},
      {"max_wait", [](PipelineOptions& o) { o.max_wait = {}; }},
      {"stall_timeout", [](PipelineOptions& o) { o.stall_timeout = {}; }},
  };
  return list;
}

TEST_CASE("the defaults are valid") {
  CHECK(PipelineOptions{}.validate().empty());
}

TEST_CASE("every fault is found alone, named by its field") {
  for (const Fault& fault : faults()) {
    CAPTURE(std::string(fault.field));
    PipelineOptions options;
    fault.make(options);
    const auto problems = options.validate();
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].rfind(fault.field, 0) == 0);
  }
}

TEST_CASE("all faults are reported at once") {
  PipelineOptions options;
  for (const Fault& fault : faults()) fault.make(options);
  // Three thresholds and one delay are only wrong against a neighbour that is wrong itself by now.
  CHECK(options.validate().size() == faults().size() - 4);
}

TEST_CASE("a temperature that is no number is out of range") {
  PipelineOptions options;
  for (const double value :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -0.01}) {
    options.parameters.temperature = value;
    CHECK(options.validate().size() == 1);
  }
  for (const double value : {0.0, 1.0}) {
    options.parameters.temperature = value;
    CHECK(options.validate().empty());
  }
}

}  // namespace
}  // namespace react1
