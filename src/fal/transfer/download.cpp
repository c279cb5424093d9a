// SPDX-License-Identifier: Apache-2.0
#include "fal/transfer/download.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <react1/error.hpp>
#include <string_view>
#include <utility>

#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/redact.hpp"
#include "fal/protocol/verdict.hpp"
#include "http/message/content_range.hpp"
#include "http/policy/url_expiry.hpp"

namespace react1::fal {
namespace {
namespace fs = std::filesystem;

constexpr std::chrono::minutes kSoon{15};  // shorter than a user takes to notice

/// What must still hold for the resource so that its first part can be used.
struct Resume {
  std::int64_t at = 0;
  std::string validator;              // a strong ETag or a date; empty: the size is compared
  std::optional<std::int64_t> total;  // of the whole file
};

std::string validator_of(const http::Headers& headers) {
  const auto tag = headers.find("ETag");
  if (tag && tag->starts_with('"')) return *tag;  // weak ones ("W/") do not promise the same bytes
  return headers.find("Last-Modified").value_or("");
}

/// Content-Length, when it is the length of the file itself.
std::optional<std::int64_t> size_of(const http::Headers& headers) {
  const auto length = headers.find("Content-Length");
  if (!length || !http::packing_of(headers).empty()) return std::nullopt;
  return http::parse_length(*length);
}

/// Whether a 206 belongs to the file that was started: without a validator of its content, its size must be the same.
bool continues(const http::Headers& headers, const Resume& resume) {
  if (!resume.validator.empty() || !resume.total) return true;
  return http::total_of(headers.find("Content-Range").value_or("")) == resume.total;
}

/// The resume position after an interrupted answer; at = 0 means from the start.
Resume resume_after(const http::TransportFailure& failure, const Resume& before) {
  using Kind = http::TransportFailure::Kind;
  const bool broke_off = failure.kind == Kind::truncated_body || failure.kind == Kind::reset ||
                         failure.kind == Kind::stalled || failure.kind == Kind::timeout_total;
  if (!failure.status) return before;  // no answer at all this time: the bytes on disk are as valid as before
  if (!broke_off) return {};
  if (*failure.status == 206) {
    return continues(failure.headers, before) ? Resume{before.at + failure.bytes, before.validator, before.total}
                                              : Resume{};
  }
  const bool ranges = http::equal_ignoring_case(failure.headers.find("Accept-Ranges").value_or(""), "bytes");
  if (*failure.status != 200 || !ranges) return {};
  const std::string validator = validator_of(failure.headers);
  const auto total = size_of(failure.headers);
  if (validator.empty() && (!total || failure.headers.has("ETag"))) return {};  // a weak tag promises nothing
  return {failure.bytes, validator, total};
}

/// Why the bytes are not a video; empty when they may be one. Decoding decides later.
std::string objection(const http::Response& response, const std::string& path) {
  const std::string type = http::media_type(response.headers.find("Content-Type").value_or(""));
  if (type.starts_with("text/") || type == "application/json" || type == "application/xml" ||
      type == "application/xhtml+xml")
    return "the answer is of type " + type;
  if (const std::string packing = http::packing_of(response.headers); !packing.empty())
    return "the answer is compressed (" + packing + "), which was not asked for";
  std::ifstream file(path, std::ios::binary);
  std::array<char, 512> head{};
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  std::string_view text(head.data(), static_cast<std::size_t>(file.gcount()));
  if (text.empty()) return "the answer is empty";
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text = http::trim(text);
  if (text.starts_with('<') || text.starts_with('{')) return "the answer is a text, not a video";
  return {};
}

/// Why the file is incomplete; empty when it is complete.
std::string shortage(const http::Response& response, const ResultVideo& result, const std::string& path) {
  const auto have = static_cast<std::int64_t>(fs::file_size(path));
  if (response.status == 206) {
    const auto total = http::total_of(response.headers.find("Content-Range").value_or(""));
    if (total && *total != have) return fmt::format("{} of {} bytes", have, *total);
  }
  // Without an announced length (which the transport checks) the model's answer is the only reference.
  if (!response.headers.has("Content-Length") && result.file_size && *result.file_size != have)
    return fmt::format("{} of {} bytes", have, *result.file_size);
  return {};
}

class Download {
 public:
  Download(const Session& session, const ResultVideo& result, const std::string& path, const RunContext& context)
      : session_(session), result_(result), path_(path), context_(context) {}

  void run() {
    for (int attempt = 1;; ++attempt) {
      context_.throw_if_stopped();
      const http::Outcome outcome = session_.transport().perform(request(), context_);
      const Resume before = std::exchange(resume_, {});
      const std::optional<Error> problem = judge(outcome, before);
      if (!problem) return;
      if (!problem->retryable() || attempt >= session_.options().retry.attempts) throw *problem;
      const auto delay =
          http::pause_after(attempt, outcome, session_.options().retry, session_.dice()(), session_.clock().wall());
      log::info("fal", fmt::format("{}; again in {} ms from byte {}", problem->what(), delay.count(), resume_.at));
      http::pause(session_.clock(), delay, context_);
    }
  }

 private:
  [[nodiscard]] http::Request request() const {
    http::Request request = session_.without_key(http::Method::get, result_.url);
    request.sink = http::FileSink{path_, session_.options().max_result_bytes, resume_.at};
    request.follow_redirects = true;
    request.on_received = [this](std::int64_t done, std::optional<std::int64_t> total) {
      context_.observer->on_progress({Stage::download, done, total ? total : result_.file_size, "bytes"});
    };
    if (resume_.at > 0) {
      request.headers.add("Range", fmt::format("bytes={}-", resume_.at));
      if (!resume_.validator.empty()) request.headers.add("If-Range", resume_.validator);
    }
    return request;
  }

  /// nullopt when the file is complete, else the error to throw unless a retry is worthwhile; sets resume_ for that.
  [[nodiscard]] std::optional<Error> judge(const http::Outcome& outcome, const Resume& before) {
    const Subject subject{redact_url(result_.url), "downloading the result"};
    if (const auto* failed = std::get_if<http::TransportFailure>(&outcome)) {
      resume_ = resume_after(*failed, before);
      return failure(*failed, subject);
    }
    const auto& response = std::get<http::Response>(outcome);
    if (response.status == 416 && before.at > 0)
      return incomplete(subject, "the host no longer accepts the range it had offered");
    if (response.status == 206 && !continues(response.headers, before))
      return incomplete(subject, "the file has changed while it was being fetched");
    if (!response.ok()) return refused(response, subject);
    std::string why = objection(response, path_);
    if (why.empty()) why = shortage(response, result_, path_);
    if (!why.empty()) return incomplete(subject, std::move(why));
    note_odd_size(response);
    return std::nullopt;
  }

  [[nodiscard]] static Error incomplete(const Subject& subject, std::string why) {
    return Error(ErrorCode::network, subject.where, "the result could not be downloaded",
                 {.detail = std::move(why),
                  .hint = "results expire: fetch it again soon with `react1 result`",
                  .retryable = true});
  }

  /// A host that needs no key does not reject one: a result it no longer serves has most likely expired.
  [[nodiscard]] Error refused(const http::Response& response, const Subject& subject) const {
    const int status = response.status;
    if (status != 401 && status != 403 && status != 404 && status != 410)
      return undecided(response, subject, session_.options().key);
    const auto end = http::url_expiry(result_.url);
    const bool over = end && *end <= session_.clock().wall();
    // Only an expired URL means that the file is gone: a proxy answers with such statuses as well.
    return Error(
        over ? ErrorCode::refused : ErrorCode::network, subject.where,
        fmt::format("downloading the result: the host no longer serves it (HTTP {})", status),
        {.detail = over ? "its URL ended at " + iso8601(*end) : read_fault(response, session_.options().key).text,
         .hint = "`react1 result` asks the service for a fresh URL, as long as it keeps the result; a file that "
                 "has expired can't be recovered",
         .retryable = !over});
  }

  /// The host's Content-Length was met, so the file is complete; a paid result is not discarded for its description.
  void note_odd_size(const http::Response& response) const {
    const auto have = static_cast<std::int64_t>(fs::file_size(path_));
    if (!response.headers.has("Content-Length") || !result_.file_size || *result_.file_size == have) return;
    context_.observer->on_note({Note::Level::warning, "file_size_mismatch",
                                fmt::format("the service said {} bytes, the file has {}", *result_.file_size, have)});
  }

  const Session& session_;
  const ResultVideo& result_;
  const std::string& path_;
  const RunContext& context_;
  Resume resume_;
};

}  // namespace

void download_result(const Session& session, const ResultVideo& result, const std::string& path,
                     const RunContext& context) {
  if (!session.endpoints().may_transfer(result.url)) {
    throw Error(ErrorCode::network, redact_url(result.url), "the result's URL is not one that may be fetched",
                {.hint = "only https is accepted, and plain http on this machine for a service on this machine"});
  }
  if (const auto end = http::url_expiry(result.url)) {
    // Reported before the first byte, because a user who stops here should know how long the result stays available.
    const auto left = std::chrono::duration_cast<std::chrono::minutes>(*end - session.clock().wall());
    const bool soon = left < kSoon;
    context.observer->on_note({soon ? Note::Level::warning : Note::Level::info, "result_expires",
                               fmt::format("the result can be fetched until {}, {} min from now", iso8601(*end),
                                           std::max<std::int64_t>(left.count(), 0))});
  }
  Download(session, result, path, context).run();
}

}  // namespace react1::fal
