// SPDX-License-Identifier: Apache-2.0
#include "hosts/fal/storage.hpp"

#include <fmt/format.h>

#include <memory>
#include <react1/error.hpp>
#include <utility>

#include "core/redact.hpp"
#include "core/sha256.hpp"
#include "hosts/common/careful_upload.hpp"
#include "hosts/fal/multipart.hpp"
#include "hosts/fal/upload_url.hpp"
#include "http/engine/body_files.hpp"

namespace react1::hosts {
namespace {

std::string upload_whole(const fal::Session& session, const LocalFile& file, const RunContext& context) {
  const fal::UploadTarget target = initiate(session, session.endpoints().initiate_upload(), file, context);
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
  const Secret& key = session.options().key;
  const fal::Subject subject{redact_url(target.upload_url), fmt::format("uploading {}", file.path)};
  const auto is_no_page = [](const http::Response& answer) { return !answer.ok() || !is_web_page(answer); };
  http::Outcome outcome = http::perform_with_retry(session.transport(), request, session.retry(), context, is_no_page);
  if (const auto* answer = std::get_if<http::Response>(&outcome); answer != nullptr && !is_no_page(*answer))
    throw fal::unusable(*answer, subject, "a storage host's", key);
  if (const auto* answer = std::get_if<http::Response>(&outcome); answer != nullptr && !answer->ok())
    throw storage_refusal(*answer, subject, key);
  static_cast<void>(fal::expect_ok(std::move(outcome), subject, key));
  require_as_planned(digest->hex(), file.sha256, file.path);
  return target.file_url;
}

class FalStore final : public FileStore {
 public:
  FalStore(const fal::Session& session, UploadMemory* memory) : session_(session), memory_(memory) {}

  std::string send(const LocalFile& file, const RunContext& context) override {
    if (file.bytes <= session_.options().upload.multipart_above) return upload_whole(session_, file, context);
    LocalFile known = file;  // parts are remembered by content, even if finished uploads are not
    if (known.sha256.empty() && memory_ != nullptr) known.sha256 = sha256_file(known.path);
    return upload_in_parts(session_, known, memory_, context);
  }

  [[nodiscard]] std::optional<http::Request> reading(const std::string& url) const override {
    if (!session_.endpoints().may_transfer(url)) return std::nullopt;
    return session_.without_key(http::Method::get, url);
  }

 private:
  const fal::Session& session_;
  UploadMemory* const memory_;
};

}  // namespace

UploadScope upload_scope(const FalOptions& options) {
  const UploadOptions& upload = options.upload;
  return {.file = upload.memory,
          .secret = options.key,
          .host = options.rest_url,
          .settings = fal::write_lifecycle(upload.lifecycle),
          .life = upload.lifecycle.expires_after,
          .assumed_life = upload.assumed_life,
          .margin = upload.reuse_margin};
}

HostedClip upload_file(const fal::Session& session, const ClipFile& clip, const RunContext& context,
                       UploadMemory* memory) {
  const UploadOptions& options = session.options().upload;
  FalStore store(session, memory);
  const UploadCare care{.transport = session.transport(),
                        .retry = session.retry(),
                        .memory = memory,
                        .reuse = options.reuse,
                        .check_size = options.check_size,
                        .life = options.lifecycle.expires_after};
  return upload_carefully(clip, store, care, context);
}

}  // namespace react1::hosts
