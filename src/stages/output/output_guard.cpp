// SPDX-License-Identifier: Apache-2.0
#include "stages/output/output_guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <react1/error.hpp>
#include <react1/json.hpp>
#include <utility>

#include "core/log.hpp"
#include "core/part_file.hpp"
#include "core/sha256.hpp"

namespace react1::stages {
namespace fs = std::filesystem;
namespace {

/// Space for the record and the file system's overhead.
constexpr std::int64_t kRoomBeside = std::int64_t{1} << 20;

[[noreturn]] void refuse(const fs::path& path, std::string message) {
  throw Error(ErrorCode::usage, path.string(), std::move(message),
              {.hint = "nothing was uploaded or paid; name another output, or replace it with --overwrite"});
}

void require_not_an_input(const fs::path& path, const std::vector<Source>& inputs) {
  for (const Source& input : inputs) {
    if (!input.is_file(path)) continue;
    throw Error(ErrorCode::usage, path.string(), "the output would replace an input",
                {.hint = "choose another output name"});
  }
}

fs::path record_of(const fs::path& output) {
  return output.string() + ".json";
}

/// The record's name must fit too.
OutputPlace look_at_record(const fs::path& output) {
  try {
    return look_at_output(record_of(output));
  } catch (const Error& error) {
    throw Error(error.code(), output.string(), "its record could not be written next to it",
                {.detail = error.what(), .hint = error.hint()});
  }
}

/// Creates a trial file: nothing else is reliable.
void require_writable(const OutputPlace& place) {
  const AtomicFile tried(place, Existing::keep);
}

bool is_file_with(const fs::path& path, const std::string& sha256) {
  try {
    return !sha256.empty() && stamp_of(path) && sha256_file(path) == sha256;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

OutputGuard::OutputGuard(const std::string& output, const std::vector<Source>& inputs, const OutputOptions& options,
                         const JobStore& jobs)
    : jobs_(jobs), options_(options), place_(look_at_output(output)) {
  require_not_an_input(output, inputs);
  if (!options.passing) {
    path_ = fs::absolute(output).string();
    record_place_ = look_at_record(path_);
    require_not_an_input(record_place_->named, inputs);
  }
  sweep_parts(place_.file.parent_path());
  require_writable(place_);
  if (record_place_ && record_place_->file.parent_path() != fs::absolute(place_.file).parent_path()) {
    sweep_parts(record_place_->file.parent_path());
    require_writable(*record_place_);
  }
  require_room(place_, kRoomBeside);
  look_at_existing();
}

void OutputGuard::look_at_existing() {
  const bool has_record = record_place_ && record_place_->existing;
  if (has_record) record_ = read_earlier(record_place_->file, jobs_);
  if (place_.existing) sha256_ = sha256_file(place_.file);
  if (options_.overwrite) return;
  if (place_.existing) {
    const bool is_recorded = record_ && record_->sha256 == sha256_;
    std::optional<EarlierResult> of_file = is_recorded ? record_ : find_earlier(path_, sha256_, jobs_);
    if (!of_file) {
      refuse(place_.named, record_ ? "was changed since react1 wrote it, and is not replaced"
                                   : "exists, is not known to be a result of react1, and is not replaced");
    }
    earlier_.push_back(std::move(*of_file));
  }
  if (!has_record) return;
  if (!record_) refuse(record_place_->named, "exists, is not the record of a result, and is not replaced");
  earlier_.push_back(*record_);
}

void OutputGuard::require_parameters(const RequestedParameters& requested) const {
  for (const EarlierResult& earlier : earlier_) {
    if (const std::string found = difference(earlier, requested); !found.empty())
      refuse(place_.named, fmt::format("exists, and is another result: {}", found));
  }
}

void OutputGuard::require_intent(const std::string& intent, const ServiceIdentity& service) const {
  for (const EarlierResult& earlier : earlier_) {
    if (!is_of_intent(earlier, intent, service))
      refuse(place_.named, "exists, and is the result of other clips, other parameters or another service");
  }
}

void OutputGuard::require_request(const std::string& request_id) const {
  const std::optional<Job> job = jobs_.find_by_request(request_id);
  for (const EarlierResult& earlier : earlier_) {
    const bool is_same_intent = job && earlier.job && earlier.job->intent == job->intent;
    if (earlier.request_id != request_id && !is_same_intent)
      refuse(place_.named, fmt::format("exists, and is the result of request {}", earlier.request_id));
  }
}

void OutputGuard::require_ready(std::int64_t bytes) const {
  const auto look_again = [&](const OutputPlace& before) {
    const OutputPlace now = look_at_output(before.named);
    if (!options_.overwrite && now.existing && now.existing != before.existing)
      refuse(before.named, "was made or changed while the clips were prepared, and is not replaced");
    require_writable(now);
  };
  look_again(place_);
  if (record_place_) look_again(*record_place_);
  require_room(place_, bytes + kRoomBeside);
}

const EarlierResult* OutputGuard::same_result(const std::string& request_id) const noexcept {
  if (sha256_.empty()) return nullptr;
  const auto is_same = [&](const EarlierResult& earlier) {
    return earlier.request_id == request_id && earlier.sha256 == sha256_;
  };
  if (record_ && is_same(*record_)) return &*record_;
  const auto found = std::find_if(earlier_.begin(), earlier_.end(), is_same);
  return found == earlier_.end() ? nullptr : &*found;
}

const EarlierResult* OutputGuard::unknown_to_store(const std::string& intent, const ServiceIdentity& service) const {
  const bool is_proof = record_ && !record_->job && !sha256_.empty() && record_->sha256 == sha256_;
  return is_proof && is_of_intent(*record_, intent, service) ? &*record_ : nullptr;
}

Json OutputGuard::known(const std::string& request_id) const {
  return record_ && record_->request_id == request_id ? record_->record : Json(nullptr);
}

Existing OutputGuard::existing() const noexcept {
  return options_.overwrite ? Existing::replace : Existing::replace_unchanged;
}

AtomicFile OutputGuard::file() const {
  return AtomicFile(place_, existing());
}

bool OutputGuard::holds(const std::string& sha256) const {
  return is_file_with(place_.file, sha256);
}

void OutputGuard::commit(AtomicFile& file, const std::string& sha256) const {
  try {
    file.commit();
  } catch (const Error&) {
    if (!holds(sha256)) throw;
  }
}

void OutputGuard::write_record(const RunRecord& record, const RunContext& context) const {
  if (!record_place_) return;
  try {
    // Once written, a record is not replaced by a later run's for the same result.
    const auto there = read_earlier(record_place_->file, jobs_);
    if (there && there->request_id == record.request_id && there->sha256 == record.output_sha256) return;
    AtomicFile file(*record_place_, existing());
    file.write(to_json(record) + "\n");
    file.commit();
  } catch (const Error& error) {
    context.observer->on_note(
        {Note::Level::warning, "record_not_written",
         fmt::format("the result is written and verified, but its record could not be written: {}", error.what())});
  }
}

}  // namespace react1::stages
