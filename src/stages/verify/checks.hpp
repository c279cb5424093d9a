// SPDX-License-Identifier: Apache-2.0
// The checks of a result: pure functions over measured facts, one per check.
// The table is docs/verification.md. Called by verify_result.cpp, which does the measuring.
#pragma once

#include <cstdint>
#include <optional>
#include <react1/fal.hpp>
#include <react1/pipeline.hpp>
#include <react1/verification.hpp>
#include <string>

namespace react1::stages {

/// The expected result, from the preparation of the pair.
struct Expectation {
  Prediction prediction;
  ClipFacts clips;            ///< of the prepared pair
  int width = 0, height = 0;  ///< of the prepared video
  bool sandbox = false;       ///< made by the loopback service, which never changes a picture
};
[[nodiscard]] Expectation expectation_of(const Preparation& preparation, bool sandbox);

/// What was measured on the downloaded file. Unknown = nullopt.
struct ResultFacts {
  std::int64_t bytes = 0;
  bool is_mp4 = false;
  std::int64_t frames_decoded = 0, frames_listed = 0, decode_errors = 0;  ///< listed: packets that are shown
  Rational fps = 0;
  Seconds video_s;
  int width = 0, height = 0;
  std::optional<Seconds> audio_s;  ///< nullopt: no audio stream
  double audio_peak_dbfs = 0;
  Seconds longest_freeze_s, longest_black_s;
  std::optional<Seconds> source_freeze_s;        ///< of the prepared video, when available
  std::optional<double> difference_from_source;  ///< 0..1, mean over frames; when the prepared video is available
};

/// A longer freeze is a warning, unless the source freezes too.
inline const Seconds kLongFreeze(1);

/// Every check that the given facts allow. `reported` and `expected` may be absent: their checks are left out then.
[[nodiscard]] Verification check_result(const ResultFacts& facts, const std::optional<ResultVideo>& reported,
                                        const std::optional<Expectation>& expected);

/// The verification of a file that can't be read as media, for the given reason.
[[nodiscard]] Verification unreadable_result(const std::string& reason);

}  // namespace react1::stages
