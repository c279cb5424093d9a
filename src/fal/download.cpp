#include "fal/download.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <react1/error.hpp>
#include <string_view>
#include <utility>

#include "core/log.hpp"
#include "core/redact.hpp"

namespace react1::fal {
namespace {
namespace fs = std::filesystem;

/// What must still be true of the resource for its first part to be of use.
struct Resume {
  std::int64_t at = 0;
  std::string validator;  // a strong ETag or a date
};

std::string validator_of(const http::Headers& headers) {
  const auto tag = headers.find("ETag");
  if (tag && tag->starts_with('"')) return *tag;  // weak ones ("W/") do not promise the same bytes
  return headers.find("Last-Modified").value_or("");
}

/// Where to go on after an answer that broke off; at = 0 means from the start.
Resume resume_after(const http::TransportFailure& failure, const Resume& before) {
  using Kind = http::TransportFailure::Kind;
  const bool broke_off = failure.kind == Kind::truncated_body || failure.kind == Kind::reset ||
                         failure.kind == Kind::stalled || failure.kind == Kind::timeout_total;
  if (!failure.status) return before;  // no answer at all this time: what is on the disk is as good as before
  if (!broke_off) return {};
  const std::string validator = validator_of(failure.headers);
  if (*failure.status == 206) return {before.at + failure.bytes, before.validator};
  const bool ranges = http::equal_ignoring_case(failure.headers.find("Accept-Ranges").value_or(""), "bytes");
  if (*failure.status == 200 && ranges && !validator.empty()) return {failure.bytes, validator};
  return {};
}

/// The total of "bytes 100-199/200".
std::optional<std::int64_t> total_of(const std::string& content_range) {
  const auto slash = content_range.rfind('/');
  if (slash == std::string::npos) return std::nullopt;
  std::int64_t total = 0;
  const char* end = content_range.data() + content_range.size();
  const auto parsed = std::from_chars(content_range.data() + slash + 1, end, total);
  return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional(total) : std::nullopt;
}

/// Why what arrived is no video; empty when it may be one. Decoding decides later.
std::string objection(const http::Response& response, const std::string& path) {
  const std::string type = http::media_type(response.headers.find("Content-Type").value_or(""));
  if (type.starts_with("text/") || type == "application/json" || type == "application/xml" ||
      type == "application/xhtml+xml")
    return "the answer is of type " + type;
  if (const auto coding = response.headers.find("Content-Encoding"); coding && *coding != "identity")
    return "the answer is packed, which was not asked for";
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

/// Why the file is not the whole; empty when it is.
std::string shortage(const http::Response& response, const ResultVideo& result, const std::string& path) {
  const auto have = static_cast<std::int64_t>(fs::file_size(path));
  if (response.status == 206) {
    const auto total = total_of(response.headers.find("Content-Range").value_or(""));
    if (total && *total != have) return fmt::format("{} of {} bytes", have, *total);
  }
  // Without an announced length (the transport checks that one) the model's answer is the only measure.
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
      request.headers.add("If-Range", resume_.validator);
    }
    return request;
  }

  /// Nothing when the file is there, else what to throw unless it is worth another try; sets resume_ for that.
  [[nodiscard]] std::optional<Error> judge(const http::Outcome& outcome, const Resume& before) {
    const Subject subject{redact_url(result_.url), "downloading the result"};
    if (const auto* failed = std::get_if<http::TransportFailure>(&outcome)) {
      resume_ = resume_after(*failed, before);
      return failure(*failed, subject);
    }
    const auto& response = std::get<http::Response>(outcome);
    if (response.status == 416 && before.at > 0) return incomplete(subject, "the host lost the range it had offered");
    if (!response.ok()) return refusal(response, subject, session_.options().key);
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

  /// The host's Content-Length was met, so the file is whole; a paid result is not thrown away for its description.
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
  Download(session, result, path, context).run();
}

}  // namespace react1::fal
