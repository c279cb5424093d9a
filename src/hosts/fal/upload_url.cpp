// SPDX-License-Identifier: Apache-2.0
#include "hosts/fal/upload_url.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/redact.hpp"
#include "fal/protocol/scrub.hpp"
#include "http/policy/fetch_error.hpp"

namespace react1::hosts {

fal::UploadTarget initiate(const fal::Session& session, const std::string& url, const LocalFile& file,
                           const RunContext& context) {
  http::Request request = session.with_key(http::Method::post, url);
  request.headers.add("Content-Type", "application/json");
  const ObjectLifecycle& lifecycle = session.options().upload.lifecycle;
  if (!lifecycle.empty()) request.headers.add("X-Fal-Object-Lifecycle", fal::write_lifecycle(lifecycle));
  request.body = http::TextBody{fal::write_initiate(hosted_name(file), file.content_type)};
  const fal::Subject subject{redact_url(url), "asking where to upload"};
  const http::Response response = fal::expect_ok(
      http::perform_with_retry(
          session.transport(), request, session.retry(), context,
          [](const http::Response& answer) { return !answer.ok() || fal::read_initiated(answer.body).has_value(); }),
      subject, session.options().key);
  auto target = fal::read_initiated(response.body);
  if (!target) throw fal::unusable(response, subject, "a pair of upload_url and file_url", session.options().key);
  for (const std::string* handed_out : {&target->upload_url, &target->file_url}) {
    if (!session.endpoints().may_transfer(*handed_out)) {
      throw Error(ErrorCode::network, fal::scrub(*handed_out, session.options().key),
                  "the service returned a URL that is not safe to use",
                  {.hint = "only https is accepted, and plain http on this machine for a service on this machine"});
    }
  }
  return std::move(*target);
}

bool is_web_page(const http::Response& answer) {
  return http::page_type(answer.headers, answer.body) == "text/html";
}

Error storage_refusal(const http::Response& response, const fal::Subject& subject, const Secret& key) {
  if ((is_web_page(response) || response.status < 400 || response.status == 407) &&
      !fal::is_passing_trouble(response.status))
    return fal::unusable(response, subject, "a storage host's", key);
  if (response.status != 401 && response.status != 403) return fal::refusal(response, subject, key);
  return Error(ErrorCode::refused, subject.where,
               fmt::format("{}: the storage host refused the signed URL (HTTP {})", subject.action, response.status),
               {.detail = fal::read_fault(response, key).text,
                .hint = "such URLs expire; nothing was paid, run the same command again"});
}

}  // namespace react1::hosts
