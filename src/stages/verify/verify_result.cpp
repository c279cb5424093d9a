// SPDX-License-Identifier: Apache-2.0
#include "stages/verify/verify_result.hpp"

#include <cmath>
#include <filesystem>
#include <react1/error.hpp>
#include <react1/media.hpp>
#include <react1/sandbox.hpp>

#include "media/check/decoded_survey.hpp"
#include "media/stream/file_comment.hpp"

namespace react1::stages {
namespace {

Seconds to_microseconds(double seconds) {
  return Seconds(std::llround(seconds * 1e6), 1'000'000);
}

/// Whether a comparison with the pictures of the sent clip is meaningful: the sandbox never lip-syncs.
bool is_compared(const ResultToVerify& input) {
  return input.prepared_video && input.expected && !input.expected->sandbox;
}

/// The one decoding of the result; `pictures` are for compare().
ResultFacts measure(const ResultToVerify& input, media::ComparedPictures& pictures, const RunContext& context) {
  const MediaInfo info = probe(input.path, SourceOptions{}, context);
  const media::DecodedFacts decoded =
      media::survey_decoded(input.path, context, is_compared(input) ? &pictures : nullptr);
  ResultFacts facts;
  facts.bytes = static_cast<std::int64_t>(std::filesystem::file_size(input.path));
  facts.is_mp4 = info.format.find("mp4") != std::string::npos;
  facts.frames_listed = info.video ? info.video->frames : 0;
  facts.frames_decoded = decoded.frames;
  facts.decode_errors = decoded.decode_errors;
  facts.fps = decoded.fps;
  facts.video_s = decoded.video_duration_s;
  facts.width = decoded.width;
  facts.height = decoded.height;
  if (decoded.has_audio) facts.audio_s = decoded.audio_duration_s;
  facts.audio_peak_dbfs = decoded.audio_peak_dbfs;
  facts.longest_freeze_s = to_microseconds(decoded.longest_freeze_s);
  facts.longest_black_s = to_microseconds(decoded.longest_black_s);
  return facts;
}

/// The facts that need the sent clip.
void compare(ResultFacts& facts, const media::ComparedPictures& pictures, const ResultToVerify& input,
             const RunContext& context) {
  if (!input.prepared_video || !input.expected || facts.frames_decoded == 0) return;
  if (facts.longest_freeze_s > kLongFreeze) {  // the source is decoded only when it could explain something
    const media::DecodedFacts source = media::survey_decoded(*input.prepared_video, context);
    facts.source_freeze_s = to_microseconds(source.longest_freeze_s);
  }
  if (is_compared(input)) {
    facts.difference_from_source = media::mean_picture_difference(pictures, *input.prepared_video, context);
  }
}

}  // namespace

bool is_sandbox_result(const std::string& path, const RunContext& context) {
  try {
    return media::file_comment(path, context).starts_with(kSandboxMark);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::media) return false;
    throw;
  }
}

ResultToVerify result_to_verify(std::string path, std::optional<ResultVideo> reported,
                                const std::optional<Preparation>& preparation, bool sandbox) {
  ResultToVerify input{std::move(path), std::move(reported), std::nullopt, std::nullopt};
  if (!preparation) return input;
  input.expected = expectation_of(*preparation, sandbox);
  std::error_code error;
  if (std::filesystem::exists(preparation->video.path, error)) input.prepared_video = preparation->video.path;
  return input;
}

Verification verify_result(const ResultToVerify& input, const RunContext& context) {
  try {
    media::ComparedPictures pictures;
    ResultFacts facts = measure(input, pictures, context);
    compare(facts, pictures, input, context);
    return check_result(facts, input.reported, input.expected);
  } catch (const Error& error) {
    // A result that is not media is a failed check of a paid file, which is kept.
    if (error.code() == ErrorCode::media) return unreadable_result(error.what());
    throw;
  }
}

}  // namespace react1::stages
