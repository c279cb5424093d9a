// SPDX-License-Identifier: Apache-2.0
// The journal: the id of an accepted request is written here before the job store, so that it survives a store that
// can't be written. A file of slots of 4 KiB next to the store. A slot's space is allocated on disk before the paid
// call, so that a full disk can't prevent the note.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <react1/fal.hpp>

#include "core/descriptor.hpp"

namespace react1::store {

/// A note: the service accepted this request for this attempt at this job.
struct Accepted {
  std::string job_id;
  std::int64_t epoch = 0;
  RequestRef request;
};

/// A slot of the journal, held with a file lock until the end of the object. Not thread-safe.
class JournalSlot {
 public:
  /// Takes a free slot of the file at `path` (created when missing, for its owner alone) and allocates its space.
  /// Throws Error{io}, also when the file is not our journal.
  explicit JournalSlot(std::string path);
  /// Durable when it returns. Throws Error{io}.
  void write(const Accepted& accepted);
  /// The note is in the store now. Never throws: a note that remains is found again and recognised as known.
  void clear() noexcept;

 private:
  std::string path_;
  Descriptor file_;
  std::int64_t at_ = 0;
};

/// A note that no running attempt holds.
struct FoundNote {
  std::int64_t at = 0;  ///< its slot, for forget_note()
  Accepted accepted;
};
/// The notes of attempts that have ended; none when there is no such file. Throws Error{io}.
[[nodiscard]] std::vector<FoundNote> read_journal(const std::string& path);
/// Frees the slot of a note that is in the store.
void forget_note(const std::string& path, const FoundNote& note);

}  // namespace react1::store
