// SPDX-License-Identifier: Apache-2.0
// FFmpeg's log lines → react1::log. For applications: the library itself never touches FFmpeg's process-wide log state.
#pragma once

namespace react1::media::ff {

/// Sends everything FFmpeg prints to react1::log, at level debug: what matters to a person arrives as an Error or a
/// warning of ours, FFmpeg's own remarks only explain them. `verbose` also lets FFmpeg's info and verbose lines
/// through, and raises its errors to warnings. Process-wide; the first call wins, later ones do nothing. Any thread.
void install_log_bridge(bool verbose = false);

}  // namespace react1::media::ff
