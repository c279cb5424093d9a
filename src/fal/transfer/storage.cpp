// SPDX-License-Identifier: Apache-2.0
#include "fal/transfer/storage.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <react1/error.hpp>
#include <utility>

#include "core/log.hpp"
#include "core/redact.hpp"
#include "core/sha256.hpp"
#include "fal/protocol/scrub.hpp"
#include "fal/transfer/multipart.hpp"
#include "fal/transfer/stored_size.hpp"
#include "fal/transfer/upload.hpp"
#include "http/engine/body_files.hpp"
#include "http/policy/fetch_error.hpp"
#include "store/common/patience.hpp"

namespace react1::fal {
namespace {
namespace fs = std::filesystem;

/// A web page, which no storage host answers to an upload.
bool is_web_page(const http::Response& answer) {
  return http::page_type(answer.headers, answer.body) == "text/html";
}

std::int64_t size_of_upload(const std::string& path) {
  std::error_code fault;
  const auto status = fs::status(path, fault);
  if (fault || !fs::is_regular_file(status))
    throw Error(ErrorCode::io, path, "cannot be uploaded: it is no readable file", {.detail = fault.message()});
  const auto size = fs::file_size(path, fault);
  if (fault) throw Error(ErrorCode::io, path, "cannot be uploaded", {.detail = fault.message()});
  if (size == 0) throw Error(ErrorCode::io, path, "cannot be uploaded: it is empty");
  return static_cast<std::int64_t>(size);
}

std::string upload_whole(const Session& session, const LocalFile& file, const RunContext& context) {
  const UploadTarget target = initiate(session, session.endpoints().initiate_upload(), file, context);
  // The signed URL is the only credential here; no Authorization, or the storage host would see the key.
  http::Request request = session.without_key(http::Method::put, target.upload_url);
  request.headers.add("Content-Type", file.content_type);
  request.follow_redirects = true;
  request.decode = true;
  const auto digest = std::make_shared<http::BodyDigest>();
  request.body = http::FileBody{file.path, /*offset=*/0, file.bytes, digest};
  request.on_sent = [&context, &file](std::int64_t done, std::optional<std::int64_t>) {
    context.observer->on_progress({Stage::upload, done, file.bytes, "bytes"});
  };
  const Subject subject{redact_url(target.upload_url), fmt::format("uploading {}", file.path)};
  const auto is_no_page = [](const http::Response& answer) { return !answer.ok() || !is_web_page(answer); };
  http::Outcome outcome = http::perform_with_retry(session.transport(), request, session.retry(), context, is_no_page);
  if (const auto* answer = std::get_if<http::Response>(&outcome); answer != nullptr && !is_no_page(*answer))
    throw unusable(*answer, subject, "a storage host's", session.options().key);
  if (const auto* answer = std::get_if<http::Response>(&outcome); answer != nullptr && !answer->ok())
    throw storage_refusal(*answer, subject, session.options().key);
  static_cast<void>(expect_ok(std::move(outcome), subject, session.options().key));
  require_as_planned(digest->hex(), file.sha256, file.path);
  return target.file_url;
}

/// Where the content of `file` lies already. Being remembered is not enough: the host must still show all of it, or the
/// paid request would fail over a file that somebody has removed.
std::optional<std::string> lies_there(const Session& session, const LocalFile& file, const Content& content,
                                      UploadMemory& memory, const RunContext& context) {
  auto url = memory.find(content);
  if (!url) return std::nullopt;
  const bool usable = session.endpoints().may_transfer(*url);
  const StoredSize stored = usable ? stored_size(session, *url, context) : StoredSize{};
  if (stored.kind == StoredSize::Kind::known && stored.bytes == file.bytes) {
    context.observer->on_note({Note::Level::info, "upload_reused",
                               fmt::format("{} lies with the service already; it is not sent again", file.path)});
    context.observer->on_progress({Stage::upload, file.bytes, file.bytes, "bytes"});
    return url;
  }
  if (stored.kind != StoredSize::Kind::unknown) memory.forget(content);
  log::info("fal", fmt::format("the earlier upload of {} is not there any more, or can't be seen", file.path));
  return std::nullopt;
}

/// What the host says of a file that was just sent; where it has none (yet), again after pauses.
StoredSize size_after_upload(const Session& session, const std::string& url, const RunContext& context) {
  const RetryOptions& retry = session.options().retry;
  for (int attempt = 1;; ++attempt) {
    const StoredSize stored = stored_size(session, url, context);
    if (stored.kind != StoredSize::Kind::absent || attempt >= retry.attempts) return stored;
    http::pause(session.clock(), http::backoff(attempt, retry, session.dice()()), context);
  }
}

/// Truncated uploads have been reported as successful before (fal-ai/fal#1146), and a proxy's or a portal's 200 to an
/// upload says nothing: a request that names a file which is not there is paid for nothing.
void check_stored(const Session& session, const LocalFile& file, const std::string& url, const RunContext& context) {
  const StoredSize stored = size_after_upload(session, url, context);
  if (stored.kind == StoredSize::Kind::absent) {
    throw Error(ErrorCode::network, redact_url(url), "the upload was answered as if it had succeeded, and is not there",
                {.detail = file.path,
                 .hint = "something between here and the storage host may have answered in its place; nothing was "
                         "paid, run the same command again",
                 .retryable = true});
  }
  if (stored.kind != StoredSize::Kind::known) {
    log::debug("fal", fmt::format("{}: the host does not say how much it stored", redact_url(url)));
  } else if (stored.bytes != file.bytes) {
    throw Error(ErrorCode::network, redact_url(url), "the service stored another size than was sent",
                {.detail = fmt::format("{} of {} bytes of {}", stored.bytes, file.bytes, file.path),
                 .hint = "nothing was paid; run the same command again",
                 .retryable = true});
  }
}

}  // namespace

void require_as_planned(const std::string& sent, const std::string& planned, const std::string& what) {
  if (planned.empty() || sent == planned) return;
  throw Error(ErrorCode::io, what, "is not what was prepared: its content has changed",
              {.detail = fmt::format("sha256 {} was sent in place of {}", sent, planned),
               .hint = "another program wrote to it, or the disk is damaged; nothing was paid, run the command again"});
}

UploadTarget initiate(const Session& session, const std::string& url, const LocalFile& file,
                      const RunContext& context) {
  http::Request request = session.with_key(http::Method::post, url);
  request.headers.add("Content-Type", "application/json");
  const ObjectLifecycle& lifecycle = session.options().upload.lifecycle;
  if (!lifecycle.empty()) request.headers.add("X-Fal-Object-Lifecycle", write_lifecycle(lifecycle));
  request.body = http::TextBody{
      write_initiate(file.name.empty() ? fs::path(file.path).filename().string() : file.name, file.content_type)};
  const Subject subject{redact_url(url), "asking where to upload"};
  const http::Response response = expect_ok(
      http::perform_with_retry(
          session.transport(), request, session.retry(), context,
          [](const http::Response& answer) { return !answer.ok() || read_initiated(answer.body).has_value(); }),
      subject, session.options().key);
  auto target = read_initiated(response.body);
  if (!target) throw unusable(response, subject, "a pair of upload_url and file_url", session.options().key);
  for (const std::string* handed_out : {&target->upload_url, &target->file_url}) {
    if (!session.endpoints().may_transfer(*handed_out)) {
      throw Error(ErrorCode::network, scrub(*handed_out, session.options().key),
                  "the service handed out an URL that is not safe to use",
                  {.hint = "only https is accepted, and plain http on this machine for a service on this machine"});
    }
  }
  return std::move(*target);
}

Error storage_refusal(const http::Response& response, const Subject& subject, const Secret& key) {
  if ((is_web_page(response) || response.status < 400 || response.status == 407) &&
      !is_passing_trouble(response.status))
    return unusable(response, subject, "a storage host's", key);
  if (response.status != 401 && response.status != 403) return refusal(response, subject, key);
  return Error(ErrorCode::refused, subject.where,
               fmt::format("{}: the storage host refused the signed URL (HTTP {})", subject.action, response.status),
               {.detail = read_fault(response, key).text,
                .hint = "such URLs end after a while; nothing was paid, run the same command again"});
}

std::string upload_file(const Session& session, const std::string& path, const std::string& content_type,
                        const RunContext& context, UploadMemory* memory, const std::string& sha256,
                        const std::string& name) {
  const store::StopScope stoppable(context.stop);
  const UploadOptions& options = session.options().upload;
  LocalFile file{path, size_of_upload(path), content_type, sha256, name};
  const bool in_parts = file.bytes > options.multipart_above;
  const bool reuse = options.reuse && memory != nullptr;
  if (file.sha256.empty() && memory != nullptr && (reuse || in_parts)) file.sha256 = sha256_file(path);
  const Content content = content_of(file);
  if (reuse) {
    if (auto url = lies_there(session, file, content, *memory, context)) return std::move(*url);
  }
  const auto begun = session.clock().wall();
  std::string url = in_parts ? upload_in_parts(session, file, memory, context) : upload_whole(session, file, context);
  if (options.check_size) check_stored(session, file, url, context);
  if (reuse) memory->remember(content, url, begun);
  return url;
}

}  // namespace react1::fal
