// SPDX-License-Identifier: Apache-2.0
// The context of every long call: stop token, observer, and job id.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <react1/api.hpp>

namespace react1::REACT1_ABI {

/// The stages of the main job, in order.
enum class Stage { probe, prepare, plan, upload, submit, wait, download, verify };
[[nodiscard]] REACT1_API std::string_view to_string(Stage stage) noexcept;

/// Progress of a stage. `unit` is "frames", "bytes", "samples" or "" (a static string).
struct Progress {
  Stage stage{};
  std::int64_t done = 0;
  std::optional<std::int64_t> total;  ///< unknown for sources without a duration
  std::string_view unit;
};

/// A reason or a warning, as data. `code` is stable and meant for programs, `message` for people.
struct Note {
  enum class Level { info, warning };
  Level level = Level::info;
  std::string code;
  std::string message;
};

/// Receives what a long call reports. Called on the caller's thread only, never concurrently.
/// The functions of this class do nothing. An implementation must not throw and should return quickly: the work waits
/// for it.
class REACT1_API Observer {
 public:
  Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer();
  virtual void on_stage(Stage stage);
  virtual void on_progress(const Progress& progress);
  virtual void on_note(const Note& note);
  /// The service accepted a request (it is paid from here on) and its id is on disk.
  virtual void on_request(std::string_view request_id);
};

/// The no-op observer; lives for the whole process.
[[nodiscard]] REACT1_API Observer& silent_observer() noexcept;

/// Passed by reference to every long call; the caller keeps it (and the observer) alive during the call.
/// A requested stop ends the call with Error{interrupted} within 200 ms.
struct RunContext {
  std::stop_token stop{};
  Observer* observer = &silent_observer();  ///< never null
  std::string job_id{};                     ///< in every log line; may be empty outside a job

  /// Throws Error{interrupted} when a stop was requested.
  REACT1_API void throw_if_stopped() const;
};

}  // namespace react1::REACT1_ABI
