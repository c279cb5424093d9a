// SPDX-License-Identifier: Apache-2.0
#include "hosts/common/upload_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <react1/error.hpp>
#include <utility>

#include "core/json_text.hpp"
#include "core/log.hpp"
#include "core/saturate.hpp"
#include "core/sha256.hpp"
#include "http/policy/url_expiry.hpp"

namespace react1::hosts {
namespace {

/// How long the URL of an upload in parts is used when it does not specify its end. The service does not publish the
/// real duration; a refused URL is dropped at once.
constexpr std::chrono::hours kSessionLife{24};

std::int64_t milliseconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::chrono::system_clock::time_point time_of(std::int64_t milliseconds_of_unix_time) {
  return std::chrono::system_clock::time_point(std::chrono::milliseconds(milliseconds_of_unix_time));
}

std::optional<UploadMemory::Begun> read_urls(const std::string& text) {
  const auto urls = read_json(text);
  if (!urls || !urls->is_object()) return std::nullopt;
  const auto url = [&urls](const char* key) {
    const auto found = urls->find(key);
    return found != urls->end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  UploadMemory::Begun begun{url("upload_url"), url("file_url")};
  return begun.upload_url.empty() || begun.file_url.empty() ? std::nullopt : std::optional(std::move(begun));
}

void log_fault(const Error& error) {
  log::warning("upload", fmt::format("uploads are not remembered: {}", error.what()));
}

/// After a failure the memory is not used for this long: otherwise every part of every upload would wait for a locked
/// file or a full disk.
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

std::unique_ptr<UploadMemory> UploadMemory::open(UploadScope scope, const Clock& clock) {
  if (scope.file.empty()) return nullptr;
  try {
    return std::make_unique<UploadMemory>(std::move(scope), clock);
  } catch (const Error& error) {
    log_fault(error);
    return nullptr;
  }
}

UploadMemory::UploadMemory(UploadScope scope, const Clock& clock)
    : clock_(clock), scope_(std::move(scope)), sealer_(scope_.secret, "react1 uploads"), ledger_(scope_.file, clock) {}

std::string UploadMemory::id_of(const Content& content) const {
  return sha256_hex(fmt::format("{}\n{}\n{}\n{}\n{}\n{}{}{}", sealer_.fingerprint(), scope_.host, content.sha256,
                                content.bytes, content.type, scope_.settings, content.name.empty() ? "" : "\n",
                                content.name));
}

std::optional<UploadMemory::Found> UploadMemory::find(const Content& content) const {
  return without_fail([&]() -> std::optional<Found> {
    const std::string id = id_of(content);
    const auto file = ledger_.find_file(id);
    if (!file) return std::nullopt;
    const auto now = clock_.wall();
    const auto uploaded = time_of(file->uploaded_ms);
    // With a clock that was set back, everything would live longer.
    if (uploaded > now || time_of(file->expires_ms) - scope_.margin <= now) return std::nullopt;
    auto url = sealer_.open(file->sealed, id);
    if (!url) return std::nullopt;
    const auto expires = known_end(*url, scope_.life, uploaded);
    return Found{std::move(*url), expires};
  });
}

void UploadMemory::remember(const Content& content, const std::string& file_url,
                            std::chrono::system_clock::time_point uploaded) {
  without_fail([&] {
    const std::string id = id_of(content);
    auto expires = saturating_add(uploaded, scope_.life.value_or(scope_.assumed_life));
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
    auto begun = opened ? read_urls(*opened) : std::nullopt;
    const auto now = clock_.wall();
    const auto since = time_of(session->begun_ms);
    const auto ends = begun ? http::url_expiry(begun->upload_url).value_or(since + kSessionLife) : since;
    if (!begun || since > now || ends <= now || session->part_bytes < 1) {
      ledger_.forget_session(id);
      return std::nullopt;
    }
    begun->part_bytes = session->part_bytes;
    begun->etags = std::move(session->etags);
    return begun;
  });
}

bool UploadMemory::begin(const Content& content, const Begun& begun) {
  return without_fail([&] {
    const std::string id = id_of(content);
    const Json urls{{"upload_url", begun.upload_url}, {"file_url", begun.file_url}};
    return ledger_.begin_session(id, {.sealed = sealer_.seal(urls.dump(), id), .part_bytes = begun.part_bytes});
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

std::optional<std::chrono::system_clock::time_point> known_end(const std::string& url,
                                                               std::optional<std::chrono::seconds> life,
                                                               std::chrono::system_clock::time_point uploaded) {
  auto end = http::url_expiry(url);
  if (!life) return end;
  const auto asked = saturating_add(uploaded, *life);
  return end ? std::min(*end, asked) : asked;
}

}  // namespace react1::hosts
