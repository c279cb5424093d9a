#include "fal/storage.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <react1/error.hpp>
#include <utility>

#include "core/redact.hpp"
#include "fal/wire.hpp"

namespace react1::fal {
namespace {
namespace fs = std::filesystem;

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

UploadTarget initiate(const Session& session, const std::string& path, const std::string& content_type,
                      const RunContext& context) {
  const std::string& url = session.endpoints().initiate_upload();
  http::Request request = session.with_key(http::Method::post, url);
  request.headers.add("Content-Type", "application/json");
  request.body = http::TextBody{write_initiate(fs::path(path).filename().string(), content_type)};
  const Subject subject{redact_url(url), "asking where to upload"};
  const http::Response response = expect_ok(
      http::perform_with_retry(session.transport(), request, session.retry(), context,
                               [](const http::Response& answer) { return read_initiated(answer.body).has_value(); }),
      subject, session.options().key);
  auto target = read_initiated(response.body);
  if (!target) throw unusable(response, subject, "a pair of upload_url and file_url", session.options().key);
  for (const std::string* handed_out : {&target->upload_url, &target->file_url}) {
    if (!session.endpoints().may_transfer(*handed_out)) {
      throw Error(ErrorCode::network, redact_url(*handed_out), "the service handed out an URL that is not safe to use",
                  {.hint = "only https is accepted, and plain http on this machine for a service on this machine"});
    }
  }
  return std::move(*target);
}

}  // namespace

std::string upload_file(const Session& session, const std::string& path, const std::string& content_type,
                        const RunContext& context) {
  const std::int64_t size = size_of_upload(path);
  const UploadTarget target = initiate(session, path, content_type, context);
  // The signed URL is the only credential here; no Authorization, or the storage host would see the key.
  http::Request request = session.without_key(http::Method::put, target.upload_url);
  request.headers.add("Content-Type", content_type);
  request.body = http::FileBody{path, /*offset=*/0, size};
  request.on_sent = [&context, size](std::int64_t done, std::optional<std::int64_t>) {
    context.observer->on_progress({Stage::upload, done, size, "bytes"});
  };
  static_cast<void>(expect_ok(http::perform_with_retry(session.transport(), request, session.retry(), context),
                              {redact_url(target.upload_url), fmt::format("uploading {}", path)},
                              session.options().key));
  return target.file_url;
}

}  // namespace react1::fal
