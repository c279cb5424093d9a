// SPDX-License-Identifier: Apache-2.0
// Decides whether a result may be written to its path, before anything is uploaded or paid, and writes it there.
#pragma once

#include <cstdint>
#include <optional>
#include <react1/pipeline.hpp>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/output_place.hpp"
#include "stages/output/earlier_result.hpp"

namespace react1::stages {

/// The output of one run and its record, as found. An existing file is replaced only by a result of the
/// same intent, or where the options allow it. Used by one thread.
class OutputGuard {
 public:
  /// Checks both places, creates and removes a trial file there, and removes unfinished files of killed
  /// runs. Throws Error{usage} when the output or its record can't be one, is one of `inputs`, or is a file that is not
  /// proved to be a result of react1; Error{io} when nothing can be written there. `jobs` must outlive it.
  OutputGuard(const std::string& output, const std::vector<Source>& inputs, const OutputOptions& options,
              const JobStore& jobs);

  /// Whether the decision depends on the intent: then nothing may be uploaded before.
  [[nodiscard]] bool depends_on_intent() const noexcept { return !earlier_.empty(); }
  /// All three throw Error{usage} when the existing file is another result. The parameters can be compared
  /// before any work, the intent once both clips are made.
  void require_parameters(const RequestedParameters& requested) const;
  void require_intent(const std::string& intent, const ServiceIdentity& service) const;
  void require_request(const std::string& request_id) const;
  /// Checks again, right before a payment: throws when another file was created there since, or when it is known that
  /// one of `bytes` would not fit.
  void require_ready(std::int64_t bytes) const;

  /// Absolute, as the user named it; empty for a temporary file.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// The existing file, when it is byte-identical to the result of `request_id`; else nullptr.
  [[nodiscard]] const EarlierResult* same_result(const std::string& request_id) const noexcept;
  /// The existing result, when a record next to it proves that `intent` was paid for and the store does not have it;
  /// else nullptr. OutputOptions::overwrite has no effect on that: it replaces a file and orders no second payment.
  [[nodiscard]] const EarlierResult* unknown_to_store(const std::string& intent, const ServiceIdentity& service) const;
  /// The existing record of `request_id`; null when there is none.
  [[nodiscard]] Json known(const std::string& request_id) const;

  /// A new, unfinished file for this place.
  [[nodiscard]] AtomicFile file() const;
  /// Renames `file`, made by file(), to its name. Another run of the same intent may have been faster: an existing file
  /// with the same bytes (`sha256`) is accepted. Throws Error{io}.
  void commit(AtomicFile& file, const std::string& sha256) const;
  /// Whether the file at this place has these bytes now.
  [[nodiscard]] bool holds(const std::string& sha256) const;
  /// Writes the record next to the file, unless one of the same result exists. The file is final by now: failures are
  /// reported to the observer as the warning `record_not_written`.
  void write_record(const RunRecord& record, const RunContext& context) const;

 private:
  void look_at_existing();
  [[nodiscard]] Existing existing() const noexcept;

  const JobStore& jobs_;
  OutputOptions options_;
  std::string path_;
  OutputPlace place_;
  std::optional<OutputPlace> record_place_;  ///< nullopt: no record is written
  std::string sha256_;                       ///< of the existing file; empty: none, or not needed
  std::vector<EarlierResult> earlier_;       ///< the results of the existing file and record
  std::optional<EarlierResult> record_;      ///< the contents of the existing record
};

}  // namespace react1::stages
