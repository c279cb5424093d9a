// SPDX-License-Identifier: Apache-2.0
// pipelines/default.json, the schema and the C++ defaults say the same.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include <react1/pipeline.hpp>

#include "core/atomic_file.hpp"
#include "recipe/embedded.hpp"
#include "recipe/explain.hpp"
#include "recipe/fields.hpp"
#include "recipe/lookup.hpp"
#include "recipe/schema.hpp"
#include "support/paths.hpp"
#include "unit/recipe/environment.hpp"

namespace react1 {
namespace {

using recipe::Document;

std::filesystem::path pipelines() {
  return test::source_dir() / "pipelines";
}

// Each struct is taken apart by structured bindings: a field added to it stops the compiler here until it is compared,
// and so until it has its place in default.json.

void check_same(const WindowOptions& read, const WindowOptions& built_in) {
  const auto& [start, duration, end] = read;
  CHECK(start == built_in.start);
  CHECK(duration == built_in.duration);
  CHECK(end == built_in.end);
}

void check_same(const PrepareOptions& read, const PrepareOptions& built_in) {
  const auto& [video_window, audio_window, choice, same_take, cut, max_duration, fps, reencode, cut_loss, copy_check,
               color, max_loss, salvage, conform, turn_reach, width, height, quality, crf, preset, bitrate, loudness,
               source] = read;
  check_same(video_window, built_in.video_window);
  check_same(audio_window, built_in.audio_window);
  CHECK((choice == built_in.window));
  CHECK(same_take == built_in.same_take);
  const auto& [policy, lookback, fade] = cut;
  CHECK((policy == built_in.cut.policy));
  CHECK(lookback == built_in.cut.lookback_s);
  CHECK(fade == built_in.cut.fade_s);
  CHECK((loudness == built_in.loudness_lufs));
  CHECK(max_duration == built_in.max_duration_s);
  CHECK((fps == built_in.fps));
  CHECK((reencode == built_in.reencode));
  CHECK(cut_loss == built_in.max_cut_loss_s);
  CHECK((copy_check == built_in.copy_check));
  CHECK((color == built_in.color));
  CHECK(max_loss == built_in.max_loss_s);
  CHECK(salvage == built_in.salvage);
  CHECK((conform == built_in.conform));
  CHECK(turn_reach == built_in.conform_turn_reach_s);
  CHECK(width == built_in.max_width);
  CHECK(height == built_in.max_height);
  CHECK((quality == built_in.quality));
  CHECK(crf == built_in.video_crf);
  CHECK(preset == built_in.video_preset);
  CHECK(bitrate == built_in.audio_bitrate_kbps_per_channel);
  const auto& [stall_timeout, decode_timeout, source_bytes, spooled_bytes, spool_directory, streams, pixels, channels,
               sample_rate, packet_bytes] = source;
  CHECK(stall_timeout.count() == built_in.source.stall_timeout.count());
  CHECK(decode_timeout.count() == built_in.source.decode_timeout.count());
  CHECK(source_bytes == built_in.source.max_source_bytes);
  CHECK(spooled_bytes == built_in.source.max_spooled_bytes);
  // The rest is for callers of the library: a recipe that could lift it would be no limit.
  CHECK(spool_directory == built_in.source.spool_directory);
  CHECK(streams == built_in.source.max_streams);
  CHECK(pixels == built_in.source.max_pixels);
  CHECK(channels == built_in.source.max_channels);
  CHECK(sample_rate == built_in.source.max_sample_rate);
  CHECK(packet_bytes == built_in.source.max_packet_bytes);
}

void check_same(const RequestedParameters& read, const RequestedParameters& built_in) {
  const auto& [emotion, model_mode, lipsync_mode, temperature] = read;
  CHECK((emotion == built_in.emotion));
  CHECK((model_mode == built_in.model_mode));
  CHECK((lipsync_mode == built_in.lipsync_mode));
  CHECK(temperature == built_in.temperature);
}

void check_same(const AdviceOptions& read, const AdviceOptions& built_in) {
  const auto& [goal, min_video, min_frames, tail, tail_share, speed_up, slow_down, slow_down_warn, one_turn, many_turns,
               lips_only, gate, voice_tail, ssim, loop_step, motion, travel, cut] = read;
  CHECK((goal == built_in.goal));
  CHECK(min_video == built_in.min_video_s);
  CHECK(min_frames == built_in.min_frames);
  CHECK(tail == built_in.lost_tail_warn_s);
  CHECK(tail_share == built_in.lost_tail_warn_share);
  CHECK(speed_up == built_in.remap_speed_up);
  CHECK(slow_down == built_in.remap_slow_down);
  CHECK(slow_down_warn == built_in.remap_slow_down_warn);
  CHECK(one_turn == built_in.one_turn);
  CHECK(many_turns == built_in.many_turns);
  CHECK(lips_only == built_in.bounce_lips_only);
  CHECK(gate == built_in.voice_gate_dbfs);
  CHECK(voice_tail == built_in.voice_tail_s);
  CHECK(ssim == built_in.loop_ssim);
  CHECK(loop_step == built_in.loop_step);
  CHECK(motion == built_in.static_motion);
  CHECK(travel == built_in.static_travel);
  CHECK(cut == built_in.scene_cut);
}

void check_same(const UploadOptions& read, const UploadOptions& built_in) {
  const auto& [multipart_above, part_bytes, parts_at_once, check_size, reuse, memory, assumed_life, reuse_margin,
               lifecycle] = read;
  CHECK(multipart_above == built_in.multipart_above);
  CHECK(parts_at_once == built_in.parts_at_once);
  CHECK(reuse == built_in.reuse);
  const auto& [expires_after, access, rules] = lifecycle;
  CHECK((expires_after == built_in.lifecycle.expires_after));
  // The rest is for callers of the library.
  CHECK(part_bytes == built_in.part_bytes);
  CHECK(check_size == built_in.check_size);
  CHECK(memory == built_in.memory);
  CHECK(assumed_life.count() == built_in.assumed_life.count());
  CHECK(reuse_margin.count() == built_in.reuse_margin.count());
  CHECK((access == built_in.lifecycle.access));
  CHECK(rules.size() == built_in.lifecycle.rules.size());
}

void check_same(const PipelineOptions& read, const PipelineOptions& built_in) {
  const auto& [prepare, parameters, advice, price, ask_price, budget, retry, max_wait, on_max_wait, max_queue_wait,
               on_max_queue_wait, stall_timeout, webhook, upload, on_interrupt, lost_answer, again, output,
               clips_directory] = read;
  check_same(upload, built_in.upload);
  check_same(prepare, built_in.prepare);
  check_same(parameters, built_in.parameters);
  check_same(advice, built_in.advice);
  const auto& [usd_per_minute, asked_at] = price;
  CHECK(usd_per_minute == built_in.price.usd_per_minute);
  CHECK(asked_at.empty());
  CHECK(ask_price == built_in.ask_price);
  const auto& [overwrite, passing] = output;  // said on each run, never in a recipe
  CHECK_FALSE((overwrite || passing));
  const auto& [max_cost, per_day] = budget;
  CHECK((max_cost == built_in.budget.max_cost_usd));
  CHECK((per_day == built_in.budget.per_day_usd));
  CHECK((on_interrupt == built_in.on_interrupt));
  CHECK((on_max_wait == built_in.on_max_wait));
  const auto& [look_up, look_ups, first_pause, longest_pause, look_up_wait] = lost_answer;
  CHECK(look_up == built_in.lost_answer.look_up);
  CHECK(look_ups == built_in.lost_answer.attempts);
  CHECK(first_pause.count() == built_in.lost_answer.base_delay.count());
  CHECK(longest_pause.count() == built_in.lost_answer.max_delay.count());
  CHECK(look_up_wait.count() == built_in.lost_answer.max_wait.count());
  const auto& [listen, url, poll_interval, poll_interval_max] = webhook;
  CHECK_FALSE((listen || built_in.webhook.listen));
  CHECK(url == built_in.webhook.url);
  CHECK(poll_interval.count() == built_in.webhook.poll_interval.count());
  CHECK(poll_interval_max.count() == built_in.webhook.poll_interval_max.count());
  CHECK((max_queue_wait == built_in.max_queue_wait));
  CHECK((on_max_queue_wait == built_in.on_max_queue_wait));
  const auto& [attempts, base_delay, max_delay] = retry;
  CHECK(attempts == built_in.retry.attempts);
  CHECK(base_delay.count() == built_in.retry.base_delay.count());
  CHECK(max_delay.count() == built_in.retry.max_delay.count());
  CHECK(max_wait.count() == built_in.max_wait.count());
  CHECK(stall_timeout.count() == built_in.stall_timeout.count());
  CHECK(clips_directory == built_in.clips_directory);
  CHECK(again == built_in.again);  // paying twice is said on each run, never in a recipe
}

/// JSON pointers of all leaves of the schema.
void add_schema_leaves(const Document& node, const std::string& pointer, std::set<std::string>& leaves) {
  const Document& here = recipe::resolved(node, recipe::schema());
  if (!here.contains("properties")) {
    leaves.insert(pointer);
    return;
  }
  for (const auto& [key, child] : here["properties"].items()) add_schema_leaves(child, pointer + "/" + key, leaves);
}

void add_leaves(const Document& value, const std::string& pointer, std::set<std::string>& leaves) {
  if (!value.is_object()) {
    leaves.insert(pointer);
    return;
  }
  for (const auto& [key, child] : value.items()) add_leaves(child, pointer + "/" + key, leaves);
}

Document document_of(const std::string& file) {
  return recipe::parse_document({.label = file, .text = read_file(pipelines() / file)});
}

TEST_CASE("default.json gives the C++ defaults, field by field") {
  check_same(load_recipe((pipelines() / "default.json").string()), PipelineOptions{});
}

TEST_CASE("every property of the schema stands in default.json, and nothing else does") {
  std::set<std::string> allowed;
  add_schema_leaves(recipe::schema(), "", allowed);
  std::set<std::string> present;
  add_leaves(document_of("default.json"), "", present);
  CHECK(allowed == present);
}

TEST_CASE("every property but those for readers is read into a field, and no field twice") {
  std::set<std::string> allowed;
  add_schema_leaves(recipe::schema(), "", allowed);
  allowed.erase("/$schema");
  allowed.erase("/description");
  std::set<std::string> read;
  std::set<std::string> options;
  for (const recipe::Field& field : recipe::fields()) {
    CHECK(read.insert(std::string(field.pointer)).second);
    CHECK(options.insert(std::string(field.option)).second);
  }
  CHECK(allowed == read);
}

TEST_CASE("the library carries the very bytes of the recipes in the source tree") {
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(pipelines())) {
    for (const recipe::EmbeddedFile& file : recipe::embedded_files()) {
      if (file.name != entry.path().filename().string()) continue;
      ++found;
      CHECK(file.text == read_file(entry.path()));
    }
  }
  CHECK(found == recipe::embedded_files().size());
  CHECK(found >= 2);
}

TEST_CASE("all recipes in the source tree are valid") {
  for (const auto& entry : std::filesystem::directory_iterator(pipelines())) {
    if (entry.path().filename() == "schema.json") continue;
    CHECK_NOTHROW((void)load_recipe(entry.path().string()));
  }
}

TEST_CASE("every property of the schema says what it is for") {
  std::set<std::string> leaves;
  add_schema_leaves(recipe::schema(), "", leaves);
  for (const std::string& leaf : leaves) {
    const Document* node = &recipe::schema();
    for (std::size_t at = 1; at < leaf.size();) {
      const std::size_t end = std::min(leaf.find('/', at), leaf.size());
      node = &recipe::resolved((*node)["properties"][leaf.substr(at, end - at)], recipe::schema());
      at = end + 1;
    }
    CAPTURE(leaf);
    CHECK(node->contains("description"));
  }
}

TEST_CASE("default.json comes out of the library when no folder has one") {
  const test::RecipeFolder empty;
  CHECK(recipe::embedded_default().text == read_file(pipelines() / "default.json"));
  check_same(load_recipe("default"), PipelineOptions{});
}

}  // namespace
}  // namespace react1
