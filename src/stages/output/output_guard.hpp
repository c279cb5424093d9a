// SPDX-License-Identifier: Apache-2.0
// Decides whether a result may be written where it is to go, before anything is uploaded or paid, and writes it there.
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

/// The output of one run and its record, as they were found. A file that is there is replaced only by a result of the
/// same intent, or where the options say so. Used by one thread.
class OutputGuard {
 public:
  /// Looks at both places, tries to create a file there and leaves nothing, and removes the unfinished files of killed
  /// runs. Throws Error{usage} when the output or its record can't be one, is one of `inputs`, or is a file that is not
  /// proved to be a result of react1; Error{io} when nothing can be written there. `jobs` must outlive it.
  OutputGuard(const std::string& output, const std::vector<Source>& inputs, const OutputOptions& options,
              const JobStore& jobs);

  /// Whether it depends on the intent if this output may be written: nothing may be uploaded before it was asked.
  [[nodiscard]] bool depends_on_intent() const noexcept { return !earlier_.empty(); }
  /// All three throw Error{usage} when what lies there is the result of something else. The parameters can be compared
  /// before any work, the intent once both clips are made.
  void require_parameters(const RequestedParameters& requested) const;
  void require_intent(const std::string& intent, const ServiceIdentity& service) const;
  void require_request(const std::string& request_id) const;
  /// Looks again, right before a payment: throws when another file came to lie there since, or when it is known that
  /// one of `bytes` would not fit.
  void require_ready(std::int64_t bytes) const;

  /// Absolute, as the user named it; empty when the file is only passing through.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// The file that is there, when it is the result of `request_id` to the byte; else nullptr.
  [[nodiscard]] const EarlierResult* same_result(const std::string& request_id) const noexcept;
  /// The result that is there, when a record beside it proves that `intent` was paid for and the store does not know
  /// it; else nullptr. OutputOptions::overwrite changes nothing about that: it replaces a file, it orders no second
  /// payment.
  [[nodiscard]] const EarlierResult* unknown_to_store(const std::string& intent, const ServiceIdentity& service) const;
  /// What a record that lies there knows of `request_id`; null when there is none.
  [[nodiscard]] Json known(const std::string& request_id) const;

  /// A file in the making for this place.
  [[nodiscard]] AtomicFile file() const;
  /// Gives `file`, made by file(), its name. Another run of the same intent may have been faster: a file that holds the
  /// very bytes (`sha256`) is as good. Throws Error{io}.
  void commit(AtomicFile& file, const std::string& sha256) const;
  /// Whether the file at this place holds these bytes, now.
  [[nodiscard]] bool holds(const std::string& sha256) const;
  /// Writes the record beside the file, unless one of the same result is there. The file stands by now: what fails is
  /// told to the observer as the warning `record_not_written`.
  void write_record(const RunRecord& record, const RunContext& context) const;

 private:
  void look_at_existing();
  [[nodiscard]] Existing existing() const noexcept;

  const JobStore& jobs_;
  OutputOptions options_;
  std::string path_;
  OutputPlace place_;
  std::optional<OutputPlace> record_place_;  ///< nullopt: no record is written
  std::string sha256_;                       ///< of the file that is there; empty: none, or nobody asks
  std::vector<EarlierResult> earlier_;       ///< what the file, and the record, that are there are of
  std::optional<EarlierResult> record_;      ///< what the record that is there says
};

}  // namespace react1::stages
