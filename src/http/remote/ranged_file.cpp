// SPDX-License-Identifier: Apache-2.0
#include "http/remote/ranged_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <utility>

#include "core/clock.hpp"
#include "core/redact.hpp"
#include "http/engine/curl_transport.hpp"
#include "http/message/content_range.hpp"
#include "http/message/url.hpp"
#include "http/policy/fetch_error.hpp"

namespace react1::http {
namespace {

/// Less than this is no progress: a server that drops every connection after a few bytes fails like any other.
constexpr std::int64_t kProgress = std::int64_t{64} << 10;

/// What an exchange delivered, complete or interrupted.
struct Answer {
  int status = 0;
  Headers headers;
  std::string body;
  std::string url;  ///< the final URL; empty: the exchange was interrupted
  Reach reach = Reach::anywhere;
  std::optional<Error> fault;  ///< why it was interrupted
};

/// What distinguishes versions of a file.
struct Version {
  std::string tag, date;

  explicit Version(const Headers& headers)
      : tag(headers.find("ETag").value_or("")), date(headers.find("Last-Modified").value_or("")) {}
  Version() = default;
  /// A missing value is not a difference. A date counts where there are no tags: it may differ between two servers.
  [[nodiscard]] bool contradicts(const Version& other) const {
    if (!tag.empty() && !other.tag.empty()) return tag != other.tag;
    return !date.empty() && !other.date.empty() && date != other.date;
  }
};

class RangedFile final : public RemoteFile {
 public:
  RangedFile(std::string url, std::shared_ptr<Transport> transport, const RangeOptions& options)
      : url_(std::move(url)),
        name_(redact_url(url_)),
        transport_(std::move(transport)),
        options_(options),
        cache_(options.blocks),
        from_{url_, Reach::anywhere} {}

  void open(const RemoteCall& call) {
    const Part first{0, options_.blocks.first};
    std::string bytes = fetch(first, call);
    if (size_) {
      cache_.put(0, std::move(bytes));
    } else {
      whole_ = std::move(bytes);
    }
  }

  [[nodiscard]] std::optional<std::int64_t> size() const noexcept override { return size_; }

  [[nodiscard]] std::size_t read_at(std::int64_t offset, std::span<std::byte> buffer, const RemoteCall& call) override {
    if (!size_) throw Error{ErrorCode::internal, name_, "can't be read out of order"};
    if (offset >= *size_ || buffer.empty()) return 0;
    std::unique_lock lock(mutex_);
    for (;;) {
      if (const std::size_t got = cache_.read(offset, buffer); got > 0) return got;
      if (!changed_.wait(lock, call.stop, [this] { return !busy_; })) throw stopped();
      if (const std::size_t got = cache_.read(offset, buffer); got > 0) return got;
      const Part part = cache_.missing(offset, *size_);
      busy_ = true;
      lock.unlock();
      std::string bytes;
      std::exception_ptr failure;
      try {
        bytes = fetch(part, call);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      busy_ = false;
      changed_.notify_all();
      if (failure) std::rethrow_exception(failure);
      cache_.put(part.begin, std::move(bytes));
    }
  }

  [[nodiscard]] std::optional<std::int64_t> copy_to(int descriptor, std::int64_t most,
                                                    const RemoteCall& call) override {
    if (whole_ && is_complete_) return write_whole(descriptor, most);
    Request request = request_for(call);
    request.sink = FileSink{.path = name_, .max_bytes = most, .descriptor = descriptor};
    for (int attempt = 1;; ++attempt) {
      const Outcome outcome = transport_->perform(request, RunContext{.stop = call.stop});
      const auto* failure = std::get_if<TransportFailure>(&outcome);
      if (failure != nullptr && failure->kind == TransportFailure::Kind::too_large) return std::nullopt;
      if (failure != nullptr) {
        go_on(attempt, outcome, fetch_error(*failure, name_, call.stall_timeout), call);
        continue;
      }
      const auto& response = std::get<Response>(outcome);
      if (response.status == 200) return accept_copy(response, descriptor);
      go_on(attempt, outcome, error_of_status(response.status, response.body), call);
    }
  }

 private:
  using Part = BlockCache::Part;

  [[nodiscard]] Error stopped() const { return {ErrorCode::interrupted, name_, "stopped"}; }
  [[nodiscard]] bool is_begun() const noexcept { return size_.has_value(); }
  [[nodiscard]] Error error_of_status(int status, std::string_view body) const {
    return status_error(status, body, name_, url_, system_clock().wall());
  }

  [[nodiscard]] Request request_for(const RemoteCall& call) const {
    Request request;
    request.url = from_.url;
    request.reach = from_.reach;
    request.plain_http = true;
    request.follow_redirects = true;
    request.connect_timeout = std::min(request.connect_timeout, call.stall_timeout);
    request.stall_timeout = call.stall_timeout;
    return request;
  }

  /// Waits before the next attempt; throws `error` when there is none.
  void go_on(int attempt, const Outcome& outcome, const Error& error, const RemoteCall& call) const {
    const auto* failure = std::get_if<TransportFailure>(&outcome);
    const bool silent = failure != nullptr && failure->kind == TransportFailure::Kind::stalled;
    if (!error.retryable() || silent || attempt >= options_.retry.attempts) throw error;
    const auto delay = pause_after(attempt, outcome, options_.retry, dice_(), system_clock().wall());
    if (!system_clock().sleep_for(delay, call.stop)) throw stopped();
  }

  /// A server may refuse ranges, or one that ends after a short file (webfs: 400), and send the whole file without one.
  [[nodiscard]] bool asks_for_all(int status) {
    if (is_begun() || all_at_once_) return false;
    all_at_once_ = status == 400 || status == 405 || status == 416 || status == 501;
    return all_at_once_;
  }

  /// The bytes of `part`, as far as the file goes; of a server without ranges what was received of the whole.
  std::string fetch(const Part& part, const RemoteCall& call) {
    std::string bytes;
    std::size_t mark = 0;
    for (int attempt = 1;; ++attempt) {
      const Part wanted{part.begin + static_cast<std::int64_t>(bytes.size()), part.end};
      Outcome outcome = exchange(wanted, call);
      Answer answer = taken_apart(outcome, call);
      std::optional<Error> problem = judge(answer, wanted);
      if (!problem && !is_begun()) return std::move(answer.body);
      if (problem && asks_for_all(answer.status)) continue;
      if (!problem) {
        bytes += answer.body;
        if (wanted.begin + static_cast<std::int64_t>(answer.body.size()) >= std::min(part.end, *size_)) return bytes;
        problem = answer.fault ? std::move(answer.fault) : short_answer();
      }
      if (bytes.size() - mark >= kProgress) {
        mark = bytes.size();
        attempt = 1;
      }
      go_on(attempt, outcome, *problem, call);
    }
  }

  [[nodiscard]] Outcome exchange(const Part& wanted, const RemoteCall& call) const {
    Request request = request_for(call);
    request.sink = TextSink{.max_bytes = wanted.bytes(), .keep_part = true};
    if (!all_at_once_) request.headers.add("Range", fmt::format("bytes={}-{}", wanted.begin, wanted.end - 1));
    if (is_begun() && version_.tag.starts_with('"')) request.headers.add("If-Range", version_.tag);
    return transport_->perform(request, RunContext{.stop = call.stop});
  }

  [[nodiscard]] Answer taken_apart(Outcome& outcome, const RemoteCall& call) const {
    if (auto* response = std::get_if<Response>(&outcome))
      return {response->status,        response->headers, std::move(response->body),
              response->effective_url, response->reach,   {}};
    auto& failure = std::get<TransportFailure>(outcome);
    return {failure.status.value_or(0),
            failure.headers,
            std::move(failure.body),
            {},
            Reach::anywhere,
            fetch_error(failure, name_, call.stall_timeout)};
  }

  /// Why the answer is unusable. Stores the version from the first usable one.
  [[nodiscard]] std::optional<Error> judge(Answer& answer, const Part& wanted) {
    const bool broke_off = answer.fault.has_value();
    if (broke_off && (answer.status != 206 || answer.body.empty())) return answer.fault;
    if (answer.status == 206) return judge_part(answer, wanted);
    if (answer.status == 200) return judge_whole(answer);
    if (answer.status == 416) {
      return is_begun() ? changed_error("it has become shorter", name_) : empty_error(name_);
    }
    if (from_.url != url_ && answer.status >= 400 && answer.status < 500) {
      from_ = {url_, Reach::anywhere};  // the redirect's target may have expired: request the original URL again
      Error error = error_of_status(answer.status, answer.body);
      return Error{error.code(), error.where(), error.message(),
                   Error::Extra{.detail = error.detail(), .hint = error.hint(), .retryable = true}};
    }
    return error_of_status(answer.status, answer.body);
  }

  [[nodiscard]] std::optional<Error> judge_part(Answer& answer, const Part& wanted) {
    if (std::string packing = packing_of(answer.headers); !packing.empty()) return packing_error(packing, name_);
    const auto range = parse_content_range(answer.headers.find("Content-Range").value_or(""));
    const bool fits = range && range->first == wanted.begin && range->total && has_length(answer, *range, wanted);
    if (!is_begun()) {
      if (!fits) return read_in_order();
      return begin(answer, *range->total);
    }
    if (range && range->total && *range->total != *size_)
      return changed_error(fmt::format("it had {} bytes and has {}", *size_, *range->total), name_);
    if (!fits) return other_range(answer, wanted);
    if (version_.contradicts(Version(answer.headers))) return changed_error("it has another version", name_);
    remember_way(answer);
    return std::nullopt;
  }

  /// A server may send less than requested, and one that ignores the range's end more; the rest is not read.
  [[nodiscard]] static bool has_length(const Answer& answer, const ContentRange& range, const Part& wanted) {
    const auto came = static_cast<std::int64_t>(answer.body.size());
    const std::int64_t promised = std::min(range.last - range.first + 1, wanted.bytes());
    return answer.fault ? came <= promised : came == promised;
  }

  /// Its ranges are not credible, or it does not report the size.
  [[nodiscard]] static std::optional<Error> read_in_order() { return std::nullopt; }

  [[nodiscard]] std::optional<Error> begin(Answer& answer, std::int64_t size) {
    if (std::string type = page_type(answer.headers, answer.body); !type.empty()) return page_error(type, name_);
    version_ = Version(answer.headers);
    size_ = size;
    remember_way(answer);
    return std::nullopt;
  }

  void remember_way(const Answer& answer) {
    if (!answer.url.empty()) from_ = {answer.url, answer.reach};
  }

  [[nodiscard]] Error short_answer() const {
    return {ErrorCode::network, name_, "the server returns less of the file than requested",
            Error::Extra{.hint = "download the file and name that", .retryable = true}};
  }

  [[nodiscard]] Error other_range(const Answer& answer, const Part& wanted) const {
    return {ErrorCode::network, name_, "the server answered with another range than requested",
            Error::Extra{.detail = fmt::format("requested bytes {} to {}, got \"{}\"", wanted.begin, wanted.end - 1,
                                               answer.headers.find("Content-Range").value_or("")),
                         .hint = "download the file and name that",
                         .retryable = true}};
  }

  [[nodiscard]] std::optional<Error> judge_whole(const Answer& answer) {
    const std::string type = page_type(answer.headers, answer.body);
    const auto length = parse_length(answer.headers.find("Content-Length").value_or(""));
    if (is_begun()) {
      if (!type.empty())
        return Error{
            ErrorCode::network, name_, "a web page was returned in place of the rest of the file",
            Error::Extra{.hint = "a login page or a network's portal may have intercepted the request; try again",
                         .retryable = true}};
      const bool same = !version_.contradicts(Version(answer.headers)) && length.value_or(*size_) == *size_;
      if (!same) return changed_error("it has another version", name_);
      return Error{ErrorCode::network, name_, "the server has stopped answering with ranges",
                   Error::Extra{.hint = "try again, or download the file and name that", .retryable = true}};
    }
    if (!type.empty()) return page_error(type, name_);
    if (std::string packing = packing_of(answer.headers); !packing.empty()) return packing_error(packing, name_);
    const auto came = static_cast<std::int64_t>(answer.body.size());
    is_complete_ = length ? *length == came : came < options_.blocks.first;
    if (is_complete_ && came == 0) return empty_error(name_);
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::int64_t> write_whole(int descriptor, std::int64_t most) const {
    const auto size = static_cast<std::int64_t>(whole_->size());
    if (size > most) return std::nullopt;
    for (std::int64_t done = 0; done < size;) {
      const auto at = static_cast<std::size_t>(done);
      const ssize_t written = ::pwrite(descriptor, whole_->data() + at, whole_->size() - at, done);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0)
        throw Error{ErrorCode::io, name_, "can't be kept in a temporary file",
                    Error::Extra{.detail = std::system_category().message(errno),
                                 .hint = "check that the temporary folder (TMPDIR) has room"}};
      done += written;
    }
    return size;
  }

  [[nodiscard]] std::int64_t accept_copy(const Response& response, int descriptor) const {
    if (std::string packing = packing_of(response.headers); !packing.empty()) throw packing_error(packing, name_);
    std::array<char, 512> head{};
    const ssize_t got = ::pread(descriptor, head.data(), head.size(), 0);
    const std::string_view beginning(head.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (std::string type = page_type(response.headers, beginning); !type.empty()) throw page_error(type, name_);
    return response.bytes;
  }

  const std::string url_;
  const std::string name_;
  const std::shared_ptr<Transport> transport_;
  const RangeOptions options_;
  const Dice dice_ = system_dice();

  // Set by open(), before the object is shared.
  std::optional<std::int64_t> size_;
  Version version_;
  std::optional<std::string> whole_;  // without ranges: what came first
  bool is_complete_ = false;          // that is all of it
  bool all_at_once_ = false;          // the range was refused: asked for without one

  std::mutex mutex_;
  std::condition_variable_any changed_;
  BlockCache cache_;   // under mutex_
  bool busy_ = false;  // under mutex_; the setter owns the following members
  struct From {
    std::string url;
    Reach reach = Reach::anywhere;
  } from_;  // url_, or where it has redirected to
};

std::shared_ptr<RemoteFile> open_for_media(const std::string& url, const RemoteCall& call) {
  return open_ranged_file(url, call, std::make_shared<CurlTransport>("react1"), RangeOptions{});
}

}  // namespace

std::shared_ptr<RemoteFile> open_ranged_file(const std::string& url, const RemoteCall& call,
                                             std::shared_ptr<Transport> transport, const RangeOptions& options) {
  if (!parse_url(url)) throw url_error(url);
  auto file = std::make_shared<RangedFile>(url, std::move(transport), options);
  file->open(call);
  return file;
}

void use_for_remote_files() noexcept {
  set_remote_files(&open_for_media);
}

}  // namespace react1::http
