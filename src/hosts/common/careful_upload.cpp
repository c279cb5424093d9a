// SPDX-License-Identifier: Apache-2.0
#include "hosts/common/careful_upload.hpp"

#include <fmt/format.h>

#include <react1/error.hpp>
#include <utility>

#include "core/log.hpp"
#include "core/redact.hpp"
#include "core/sha256.hpp"
#include "hosts/common/stored_size.hpp"
#include "store/common/patience.hpp"

namespace react1::hosts {
namespace {

/// The earlier upload of the content of `file`. A remembered URL is not enough: the host must still have all of it, or
/// the paid request would fail because of a deleted file.
std::optional<HostedClip> find_stored(const LocalFile& file, const FileStore& store, const UploadCare& care,
                                      const RunContext& context) {
  const Content content = content_of(file);
  auto found = care.memory->find(content);
  if (!found) return std::nullopt;
  auto reading = store.reading(found->url);
  const StoredSize stored = reading ? stored_size(care.transport, std::move(*reading), context) : StoredSize{};
  if (stored.kind == StoredSize::Kind::known && stored.bytes == file.bytes) {
    context.observer->on_note(
        {Note::Level::info, "upload_reused",
         fmt::format("{} is already stored at the service; it is not uploaded again", file.path)});
    context.observer->on_progress({Stage::upload, file.bytes, file.bytes, "bytes"});
    return HostedClip{std::move(found->url), found->expires, /*reused=*/true};
  }
  if (stored.kind != StoredSize::Kind::unknown) care.memory->forget(content);
  log::info("upload", fmt::format("the earlier upload of {} is gone, or can't be checked", file.path));
  return std::nullopt;
}

/// What the host reports about a file that was just sent; when it has none (yet), asked again after pauses.
StoredSize size_after_upload(const http::Request& reading, const UploadCare& care, const RunContext& context) {
  const http::RetryContext& retry = care.retry;
  for (int attempt = 1;; ++attempt) {
    const StoredSize stored = stored_size(care.transport, reading, context);
    if (stored.kind != StoredSize::Kind::absent || attempt >= retry.options.attempts) return stored;
    http::pause(retry.clock, http::backoff(attempt, retry.options, retry.dice()), context);
  }
}

/// Truncated uploads have been reported as successful before (fal-ai/fal#1146), and a 200 from a proxy or a captive
/// portal proves nothing: a request that refers to a missing file is paid for in vain.
void check_stored(const LocalFile& file, const http::Request& reading, const UploadCare& care,
                  const RunContext& context) {
  const StoredSize stored = size_after_upload(reading, care, context);
  const std::string where = redact_url(reading.url);
  if (stored.kind == StoredSize::Kind::absent) {
    throw Error(ErrorCode::network, where, "the upload was reported as successful, but the file is missing",
                {.detail = file.path,
                 .hint = "something between here and the storage host may have answered in its place; nothing was "
                         "paid, run the same command again",
                 .retryable = true});
  }
  if (stored.kind != StoredSize::Kind::known) {
    log::debug("upload", fmt::format("{}: the host does not say how much it stored", where));
  } else if (stored.bytes != file.bytes) {
    throw Error(ErrorCode::network, where, "the service stored another size than was sent",
                {.detail = fmt::format("{} of {} bytes of {}", stored.bytes, file.bytes, file.path),
                 .hint = "nothing was paid; run the same command again",
                 .retryable = true});
  }
}

}  // namespace

HostedClip upload_carefully(const ClipFile& clip, FileStore& store, const UploadCare& care, const RunContext& context) {
  const store::StopScope stoppable(context.stop);
  LocalFile file = local_file(clip);
  const bool reuse = care.reuse && care.memory != nullptr;
  if (file.sha256.empty() && reuse) file.sha256 = sha256_file(file.path);
  if (reuse) {
    if (auto there = find_stored(file, store, care, context)) return std::move(*there);
  }
  const auto begun = care.retry.clock.wall();
  std::string url = store.send(file, context);
  if (care.check_size) {
    if (const auto reading = store.reading(url)) check_stored(file, *reading, care, context);
  }
  if (reuse) care.memory->remember(content_of(file), url, begun);
  const auto expires = known_end(url, care.life, begun);
  return {std::move(url), expires, /*reused=*/false};
}

}  // namespace react1::hosts
