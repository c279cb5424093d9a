// SPDX-License-Identifier: Apache-2.0
#include "sandbox/service/ledger.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <react1/error.hpp>

#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/output_place.hpp"

namespace react1::sandbox {
namespace {

std::string now() {
  return iso8601(system_clock().wall());
}

/// A string that lives for ever, so that a hundred thousand polls need no allocation each.
std::string_view known_method(std::string_view method) {
  static constexpr std::array<std::string_view, 7> methods{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"};
  const auto* const found = std::find(methods.begin(), methods.end(), method);
  return found == methods.end() ? std::string_view{"?"} : *found;
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Ledger::Ledger(const std::string& file) : path_(file) {
  if (file.empty()) return;
  static_cast<void>(look_at_output(file));  // refuses devices, pipes and folders
  file_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0600);
  if (file_ < 0) {
    throw Error{ErrorCode::io, file, "the ledger can't be opened", {.detail = std::strerror(errno)}};
  }
}

Ledger::~Ledger() {
  if (file_ >= 0) ::close(file_);
}

bool Ledger::append(const char* event, const Json& fields, bool durably) {
  if (file_ < 0) return true;
  Json line{{"event", event}, {"ts", now()}};
  line.update(fields);
  const bool written = write_all(file_, json_text(line, /*indent=*/-1) + "\n") && (!durably || ::fdatasync(file_) == 0);
  if (!written && !std::exchange(failed_, true)) {
    log::error("sandbox", "the ledger can't be written: " + path_ + ": " + std::strerror(errno));
  }
  return written;
}

void Ledger::saw(std::string_view method, Route route, bool authorization) {
  const std::lock_guard lock{mutex_};
  seen_.push_back({known_method(method), route, authorization});
  append("seen", {{"method", known_method(method)}, {"route", to_string(route)}, {"authorization", authorization}},
         /*durably=*/false);
}

void Ledger::accepted(const std::string& request_id, const std::string& input_sha256, bool rendered) {
  const std::lock_guard lock{mutex_};
  const std::uint64_t number = submits_.size() + 1;
  const Json fields{
      {"number", number}, {"request_id", request_id}, {"input_sha256", input_sha256}, {"rendered", rendered}};
  if (!append("accepted", fields, /*durably=*/true)) {
    throw Error{ErrorCode::io, path_, "the ledger can't be written", {.detail = std::strerror(errno)}};
  }
  index_.emplace(request_id, submits_.size());
  submits_.push_back({number, request_id, input_sha256, now(), std::nullopt, "open"});
}

void Ledger::answered(const std::string& request_id, bool delivered) {
  const std::lock_guard lock{mutex_};
  const auto found = index_.find(request_id);
  if (found == index_.end()) return;
  submits_[found->second].answer_delivered = delivered;
  append("answered", {{"request_id", request_id}, {"delivered", delivered}}, /*durably=*/false);
}

void Ledger::completed(const std::string& request_id, std::string_view state) {
  const std::lock_guard lock{mutex_};
  const auto found = index_.find(request_id);
  if (found == index_.end()) return;
  submits_[found->second].state = state;
  append("completed", {{"request_id", request_id}, {"state", state}}, /*durably=*/false);
}

std::uint64_t Ledger::count() const {
  const std::lock_guard lock{mutex_};
  return submits_.size();
}

std::uint64_t Ledger::number_of(const std::string& request_id) const {
  const std::lock_guard lock{mutex_};
  const auto found = index_.find(request_id);
  return found == index_.end() ? 0 : submits_[found->second].number;
}

std::vector<SandboxSubmit> Ledger::submits() const {
  const std::lock_guard lock{mutex_};
  return submits_;
}

std::vector<SandboxRequest> Ledger::requests() const {
  const std::lock_guard lock{mutex_};
  std::vector<SandboxRequest> list;
  list.reserve(seen_.size());
  for (const Seen& seen : seen_) {
    list.push_back({std::string{seen.method}, std::string{to_string(seen.route)}, seen.authorization});
  }
  return list;
}

}  // namespace react1::sandbox
