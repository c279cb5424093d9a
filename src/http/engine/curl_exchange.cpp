// SPDX-License-Identifier: Apache-2.0
#include "http/engine/curl_exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "core/number.hpp"
#include "http/engine/curl_codes.hpp"

namespace react1::http {
namespace {

constexpr std::size_t kMaxHeaderBytes = 64U << 10U;  // fal documents 16 KiB
constexpr std::size_t kMaxErrorPageBytes = 64U << 10U;

std::optional<std::int64_t> number(std::string_view text) {
  const auto value = read_number<std::int64_t>(trim(text));
  return value && *value >= 0 ? value : std::nullopt;
}

/// First byte of "bytes 100-199/200".
std::optional<std::int64_t> range_begin(std::string_view content_range) {
  content_range = trim(content_range);
  if (!content_range.starts_with("bytes ")) return std::nullopt;
  content_range.remove_prefix(6);
  return number(content_range.substr(0, content_range.find('-')));
}

std::int64_t info(CURL* easy, CURLINFO what) {
  curl_off_t value = 0;
  curl_easy_getinfo(easy, what, &value);
  return value;
}

}  // namespace

CurlExchange::CurlExchange(CURL* easy, const Request& request, const std::string& url, Reach reach, Touched touched)
    : easy_(easy),
      request_(request),
      reach_(reach),
      file_sink_(std::get_if<FileSink>(&request.sink)),
      stream_sink_(std::get_if<StreamSink>(&request.sink)),
      touched_(std::move(touched)),
      begun_(Clock::now()),
      last_activity_(begun_) {
  const auto* text = std::get_if<TextSink>(&request.sink);
  if (text != nullptr && text->keep_part) part_sink_ = text;
  set_common(url);
  set_callbacks();
  set_network(url);
  set_version(url);
  set_headers();
  set_encoding();
}

std::optional<TransportFailure> CurlExchange::open_files() {
  if (const auto* file = std::get_if<FileBody>(&request_.body)) {
    reader_.emplace(file->path, file->offset, file->length, file->digest);
    if (!reader_->problem().empty()) return failure(Kind::local_read, file->path + ": " + reader_->problem());
  }
  if (file_sink_ != nullptr) {
    if (file_sink_->descriptor >= 0) {
      writer_.emplace(file_sink_->descriptor);
    } else {
      writer_.emplace(file_sink_->path);
    }
    if (!writer_->problem().empty()) return failure(Kind::local_write, file_sink_->path + ": " + writer_->problem());
  }
  return std::nullopt;
}

std::optional<TransportFailure> CurlExchange::prepare() {
  if (auto failed = open_files()) return failed;
  set_body();
  return std::nullopt;
}

void CurlExchange::touch() {
  last_activity_ = Clock::now();
  if (!std::exchange(is_touched_, true)) touched_();
}

bool CurlExchange::fail(Kind kind, std::string detail) {
  own_failure_ = kind;
  own_detail_ = std::move(detail);
  return false;
}

std::size_t CurlExchange::header_callback(char* data, std::size_t, std::size_t size, void* self) noexcept {
  try {
    auto* exchange = static_cast<CurlExchange*>(self);
    exchange->touch();
    return exchange->take_header({data, size}) ? size : 0;
  } catch (...) {  // out of memory; curl reports a write error
    return 0;
  }
}

std::size_t CurlExchange::write_callback(char* data, std::size_t, std::size_t size, void* self) noexcept {
  try {
    auto* exchange = static_cast<CurlExchange*>(self);
    exchange->touch();
    if (exchange->into_stream_ && !exchange->take_stream(data, size)) return CURL_WRITEFUNC_PAUSE;
    return exchange->into_stream_ || exchange->take_body(data, size) ? size : 0;
  } catch (...) {
    return 0;
  }
}

std::size_t CurlExchange::read_callback(char* buffer, std::size_t size, std::size_t count, void* self) noexcept {
  auto* exchange = static_cast<CurlExchange*>(self);
  if (!exchange->reader_) return 0;
  try {
    exchange->touch();
  } catch (...) {
    return CURL_READFUNC_ABORT;
  }
  const auto got = exchange->reader_->read(buffer, size * count);
  return got ? *got : CURL_READFUNC_ABORT;
}

int CurlExchange::seek_callback(void* self, curl_off_t offset, int origin) noexcept {
  auto* exchange = static_cast<CurlExchange*>(self);
  if (!exchange->reader_ || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  return exchange->reader_->seek(offset) ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

bool CurlExchange::take_header(std::string_view line) {
  header_bytes_ += line.size();  // interim answers count too: a server could send them endlessly
  if (header_bytes_ > kMaxHeaderBytes)
    return fail(Kind::too_large, fmt::format("more than {} bytes of header", kMaxHeaderBytes));
  if (body_begun_) return true;  // trailers are ignored
  if (line.starts_with("HTTP/")) {
    response_.headers.clear();
    announced_.reset();
    const auto blank = line.find(' ');
    const auto status = blank == std::string_view::npos ? std::nullopt : number(line.substr(blank + 1, 3));
    response_.status = static_cast<int>(status.value_or(0));
    return true;
  }
  const auto colon = line.find(':');
  if (colon != std::string_view::npos) {
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    response_.headers.add(std::string(name), std::string(value));
    if (equal_ignoring_case(name, "Content-Length")) announced_ = number(value);
    return true;
  }
  const bool end_of_header = trim(line).empty();
  return !end_of_header || response_.status < 200 || begin_body();
}

bool CurlExchange::begin_body() {
  body_begun_ = true;
  if (response_.headers.has("Transfer-Encoding")) announced_.reset();  // RFC 9112, 6.3: it overrides Content-Length
  into_file_ = writer_ && response_.ok();
  if (into_file_) {
    std::int64_t position = 0;
    if (response_.status == 206) {
      position = range_begin(response_.headers.find("Content-Range").value_or("")).value_or(-1);
      if (position != file_sink_->resume_at)
        return fail(Kind::protocol, "the server answered with another range than requested");
    }
    if (!writer_->start_at(position)) return fail(Kind::local_write, file_sink_->path + " " + writer_->problem());
  }
  if (stream_sink_ != nullptr && response_.ok()) {
    const std::string type = http::media_type(response_.headers.find("Content-Type").value_or(""));
    into_stream_ = stream_sink_->media_type.empty() || type == stream_sink_->media_type;
  }
  const auto* text = std::get_if<TextSink>(&request_.sink);
  const bool keeps_beginning = text == nullptr || text->keep_part;  // of an error page as well
  const std::int64_t limit = into_file_        ? file_sink_->max_bytes - writer_->position()
                             : keeps_beginning ? INT64_MAX
                                               : text->max_bytes;
  if (announced_ && *announced_ > limit)
    return fail(Kind::too_large, fmt::format("{} bytes announced, {} allowed", *announced_, limit));
  return true;
}

bool CurlExchange::take_body(const char* data, std::size_t size) {
  response_.bytes += static_cast<std::int64_t>(size);
  if (into_file_) {
    if (writer_->position() + static_cast<std::int64_t>(size) > file_sink_->max_bytes)
      return fail(Kind::too_large, fmt::format("more than the allowed {} bytes", file_sink_->max_bytes));
    if (!writer_->write(data, size)) return fail(Kind::local_write, file_sink_->path + " " + writer_->problem());
    return true;
  }
  if (part_sink_ != nullptr) return keep_beginning(data, size, static_cast<std::size_t>(part_sink_->max_bytes));
  if (writer_ || stream_sink_ != nullptr) return keep_beginning(data, size, kMaxErrorPageBytes);
  const std::int64_t limit = std::get<TextSink>(request_.sink).max_bytes;
  if (response_.bytes > limit) return fail(Kind::too_large, fmt::format("more than the allowed {} bytes", limit));
  response_.body.append(data, size);
  return true;
}

bool CurlExchange::keep_beginning(const char* data, std::size_t size, std::size_t most) {
  response_.body.append(data, std::min(size, most - response_.body.size()));
  // An answer of exactly this length ends by itself, and its connection stays reusable.
  read_enough_ = response_.bytes > static_cast<std::int64_t>(most) ||
                 (response_.body.size() == most && announced_ != response_.bytes);
  return !read_enough_;
}

/// False: the receiver is busy. curl then keeps the piece and delivers it again.
bool CurlExchange::take_stream(const char* data, std::size_t size) {
  paused_ = !waiting_.empty() && waiting_.size() + size > static_cast<std::size_t>(stream_sink_->max_buffered);
  if (paused_) return false;
  response_.bytes += static_cast<std::int64_t>(size);
  waiting_.append(data, size);
  return true;
}

bool CurlExchange::deliver() {
  is_touched_ = false;
  report();
  if (read_enough_ || waiting_.empty()) return true;
  const std::string piece = std::exchange(waiting_, {});
  if (!stream_sink_->on_piece(piece)) {
    end_stream();
    return false;
  }
  if (std::exchange(paused_, false)) curl_easy_pause(easy_, CURLPAUSE_CONT);
  return true;
}

void CurlExchange::interrupt() {
  static_cast<void>(fail(Kind::interrupted, {}));
}

bool CurlExchange::out_of_time(Clock::time_point now) {
  // A body from memory is sent without a callback. Connecting has its own time-out.
  const std::int64_t uploaded = info(easy_, CURLINFO_SIZE_UPLOAD_T);
  if (uploaded != uploaded_ || !begun_sending_) last_activity_ = now;
  uploaded_ = uploaded;
  if (request_.total_timeout && now - begun_ >= *request_.total_timeout)
    return !fail(Kind::timeout_total, fmt::format("no complete answer within {} ms", request_.total_timeout->count()));
  if (now - last_activity_ >= request_.stall_timeout)
    return !fail(Kind::stalled, fmt::format("no byte for {} ms", request_.stall_timeout.count()));
  return false;
}

CurlExchange::Clock::time_point CurlExchange::next_check(Clock::time_point now) const {
  // What is sent without a callback is noticed only by a check, so there are two checks per time-out.
  const auto next = std::min(last_activity_ + request_.stall_timeout, now + request_.stall_timeout / 2);
  const auto soonest = now + std::chrono::milliseconds(1);
  if (!request_.total_timeout) return std::max(next, soonest);
  return std::max(std::min(next, begun_ + *request_.total_timeout), soonest);
}

void CurlExchange::report() {
  const std::int64_t sent = info(easy_, CURLINFO_SIZE_UPLOAD_T);
  if (request_.on_sent && sent != reported_sent_) {
    reported_sent_ = sent;
    request_.on_sent(sent, reader_ ? std::optional(reader_->size()) : std::nullopt);
  }
  if (request_.on_received && into_file_ && writer_->position() != reported_received_) {
    reported_received_ = writer_->position();
    std::optional<std::int64_t> total;
    if (announced_) total = *announced_ + (response_.status == 206 ? file_sink_->resume_at : 0);
    request_.on_received(reported_received_, total);
  }
}

TransportFailure CurlExchange::failure(Kind kind, std::string detail) const {
  TransportFailure result;
  result.kind = kind;
  result.detail = std::move(detail);
  // curl's own counters are not usable: they include bytes sent to a proxy.
  result.request_may_have_been_received = begun_sending_;
  result.way = way_;
  long answer = 0;
  curl_easy_getinfo(easy_, CURLINFO_HTTP_CONNECTCODE, &answer);
  if (way_ == Way::tunnel && answer != 0) result.proxy_status = static_cast<int>(answer);
  if (response_.status != 0) result.status = response_.status;
  result.headers = response_.headers;
  result.bytes = response_.bytes;
  if (part_sink_ != nullptr) result.body = response_.body;
  return result;
}

Outcome CurlExchange::conclude(std::optional<CURLcode> code) {
  response_.way = way_;
  if (own_failure_) return failure(*own_failure_, own_detail_);
  if (read_enough_) return std::move(response_);
  if (reader_ && !reader_->problem().empty()) {
    return failure(Kind::local_read, std::get<FileBody>(request_.body).path + ": " + reader_->problem());
  }
  if (code == CURLE_OK) {
    if (response_.status < 200 || response_.status > 599) return failure(Kind::protocol, "no valid status line");
    // curl treats a connection that ends in the middle of a head as the end of an answer without a body.
    if (!body_begun_) return failure(Kind::reset, "the connection ended in the middle of the answer's head");
    // curl checks this too, except for bytes that it ignores after the announced end.
    const bool decoded = request_.decode && response_.headers.has("Content-Encoding");  // then only curl knows
    if (announced_ && *announced_ != response_.bytes && !decoded)
      return failure(Kind::truncated_body, fmt::format("{} of {} bytes", response_.bytes, *announced_));
    return std::move(response_);
  }
  const CURLcode known = code.value_or(CURLE_FAILED_INIT);
  const char* words = curl_message_.front() != '\0' ? curl_message_.data() : curl_easy_strerror(known);
  TransportFailure result = failure(kind_of(known, begun_sending_), words);
  long cause = 0;
  curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &cause);
  if (no_socket_ != 0) cause = no_socket_;
  const bool exhausted =
      known == CURLE_OUT_OF_MEMORY || cause == EMFILE || cause == ENFILE || cause == ENOBUFS || cause == ENOMEM;
  if (!begun_sending_ && !out_of_reach_.empty()) {
    result.kind = Kind::protocol;
    result.detail = "it leads into a private network or this machine, where it may not: " + out_of_reach_;
  } else if (!begun_sending_ && way_ == Way::tunnel) {
    result.kind = kind_of_tunnel(known, result.proxy_status.value_or(0));
  }
  if (!begun_sending_ && exhausted) result.kind = Kind::local_resource;
  return result;
}

}  // namespace react1::http
