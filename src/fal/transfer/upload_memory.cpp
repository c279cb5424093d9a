// SPDX-License-Identifier: Apache-2.0
#include "fal/transfer/upload_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <react1/error.hpp>

#include "core/log.hpp"
#include "core/saturate.hpp"
#include "core/sha256.hpp"
#include "http/policy/url_expiry.hpp"

namespace react1::fal {
namespace {

/// How long the URL of an upload in parts is tried again when it does not say itself when it ends. What it really is
/// the service does not publish; one that is refused is given up at once.
constexpr std::chrono::hours kSessionLife{24};

std::int64_t milliseconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::chrono::system_clock::time_point time_of(std::int64_t milliseconds_of_unix_time) {
  return std::chrono::system_clock::time_point(std::chrono::milliseconds(milliseconds_of_unix_time));
}

void log_fault(const Error& error) {
  log::warning("fal", fmt::format("uploads are not remembered: {}", error.what()));
}

/// After a fault the memory is left alone for this long: a file that is held, or on a disk that is full, would else be
/// waited for at every part of every upload.
constexpr std::chrono::minutes kRest{1};

}  // namespace

template <class Call>
auto UploadMemory::without_fail(const Call& call) const -> decltype(call()) {
  if (clock_.now().time_since_epoch().count() < resting_until_.load()) return decltype(call())();
  try {
    return call();
  } catch (const Error& error) {
    resting_until_ = (clock_.now() + kRest).time_since_epoch().count();
    log_fault(error);
    return decltype(call())();
  }
}

std::unique_ptr<UploadMemory> UploadMemory::open(const FalOptions& options, const Clock& clock) {
  if (options.upload.memory.empty()) return nullptr;
  try {
    return std::make_unique<UploadMemory>(options, clock);
  } catch (const Error& error) {
    log_fault(error);
    return nullptr;
  }
}

UploadMemory::UploadMemory(const FalOptions& options, const Clock& clock)
    : clock_(clock),
      options_(options.upload),
      host_(options.rest_url),
      sealer_(options.key, "react1 uploads"),
      ledger_(options.upload.memory, clock) {}

std::string UploadMemory::id_of(const Content& content) const {
  return sha256_hex(fmt::format("{}\n{}\n{}\n{}\n{}\n{}{}{}", sealer_.fingerprint(), host_, content.sha256,
                                content.bytes, content.type, write_lifecycle(options_.lifecycle),
                                content.name.empty() ? "" : "\n", content.name));
}

std::optional<std::string> UploadMemory::find(const Content& content) const {
  return without_fail([&]() -> std::optional<std::string> {
    const std::string id = id_of(content);
    const auto file = ledger_.find_file(id);
    if (!file) return std::nullopt;
    const auto now = clock_.wall();
    // A clock that was set back would let everything live longer.
    if (time_of(file->uploaded_ms) > now || time_of(file->expires_ms) - options_.reuse_margin <= now)
      return std::nullopt;
    return sealer_.open(file->sealed, id);
  });
}

void UploadMemory::remember(const Content& content, const std::string& file_url,
                            std::chrono::system_clock::time_point uploaded) {
  without_fail([&] {
    const std::string id = id_of(content);
    auto expires = saturating_add(uploaded, options_.lifecycle.expires_after.value_or(options_.assumed_life));
    if (const auto named = http::url_expiry(file_url)) expires = std::min(expires, *named);
    ledger_.put_file(id, {sealer_.seal(file_url, id), milliseconds(uploaded), milliseconds(expires)});
  });
}

void UploadMemory::forget(const Content& content) {
  without_fail([&] { ledger_.forget_file(id_of(content)); });
}

std::optional<UploadMemory::Begun> UploadMemory::resume(const Content& content) {
  return without_fail([&]() -> std::optional<Begun> {
    const std::string id = id_of(content);
    auto session = ledger_.take_session(id);
    if (!session) return std::nullopt;
    const auto opened = sealer_.open(session->sealed, id);
    auto target = opened ? read_initiated(*opened) : std::nullopt;
    const auto now = clock_.wall();
    const auto begun = time_of(session->begun_ms);
    const auto ends = target ? http::url_expiry(target->upload_url).value_or(begun + kSessionLife) : begun;
    if (!target || begun > now || ends <= now || session->part_bytes < 1) {
      ledger_.forget_session(id);
      return std::nullopt;
    }
    return Begun{std::move(*target), session->part_bytes, std::move(session->etags)};
  });
}

bool UploadMemory::begin(const Content& content, const UploadTarget& target, std::int64_t part_bytes) {
  return without_fail([&] {
    const std::string id = id_of(content);
    const Json urls{{"upload_url", target.upload_url}, {"file_url", target.file_url}};
    return ledger_.begin_session(id, {.sealed = sealer_.seal(urls.dump(), id), .part_bytes = part_bytes});
  });
}

void UploadMemory::arrived(const Content& content, int number, const std::string& etag) {
  without_fail([&] { ledger_.put_part(id_of(content), number, etag); });
}

void UploadMemory::release(const Content& content) {
  without_fail([&] { ledger_.release_session(id_of(content)); });
}

void UploadMemory::forget_parts(const Content& content) {
  without_fail([&] { ledger_.forget_session(id_of(content)); });
}

}  // namespace react1::fal
