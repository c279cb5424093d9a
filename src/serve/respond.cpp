// SPDX-License-Identifier: Apache-2.0
// From our Response to libmicrohttpd's.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "serve/exchange.hpp"
#include "serve/range.hpp"

namespace react1::serve {
namespace {

struct DestroyResponse {
  void operator()(MHD_Response* response) const noexcept { MHD_destroy_response(response); }
};
using ResponseHandle = std::unique_ptr<MHD_Response, DestroyResponse>;

ResponseHandle from_text(const std::string& text) {
  // libmicrohttpd copies the text, so it does not write through the pointer.
  return ResponseHandle{MHD_create_response_from_buffer(text.size(), const_cast<char*>(text.data()),  // NOLINT
                                                        MHD_RESPMEM_MUST_COPY)};
}

void add_headers(MHD_Response* response, const Headers& headers) {
  for (const auto& [name, value] : headers) {
    MHD_add_response_header(response, name.c_str(), value.c_str());
  }
}

MHD_Result queue(MHD_Connection* connection, int status, const ResponseHandle& response) {
  return response ? MHD_queue_response(connection, static_cast<unsigned>(status), response.get()) : MHD_NO;
}

/// Changes whenever the file was rewritten: size and time of the last write.
std::string entity_tag(const struct stat& file) {
  return fmt::format("\"{:x}-{:x}{:09x}\"", file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
}

ResponseHandle from_feed(MHD_Connection* connection, Exchange& exchange, Feed::Content content,
                         const InjectedFaults& faults) {
  exchange.feed = std::make_shared<Feed>(connection, std::move(content), faults, exchange.shared->timer);
  // The stop has already visited the feeds; one that still sleeps would never wake.
  if (exchange.shared->stopping) exchange.feed->stop();
  return ResponseHandle{exchange.feed->make_response()};
}

/// With a Content-Length of our own when it must be too small; libmicrohttpd handles one that is too large.
void add_wrong_length(MHD_Response* response, std::uint64_t size, const InjectedFaults& faults) {
  if (faults.content_length_add == 0) return;
  MHD_add_response_header(response, "Connection", "close");
  if (faults.content_length_add > 0) return;
  const auto less = static_cast<std::uint64_t>(-faults.content_length_add);
  // Not in chunks, though the length is unknown to libmicrohttpd; and our own length must not reach it.
  constexpr auto flags = static_cast<MHD_ResponseFlags>(MHD_RF_INSANITY_HEADER_CONTENT_LENGTH |  // NOLINT: flags
                                                        MHD_RF_HTTP_VERSION_1_0_ONLY);
  MHD_set_response_options(response, flags, MHD_RO_END);
  MHD_add_response_header(response, "Content-Length", std::to_string(size - std::min(size, less)).c_str());
}

Feed::Sized bytes_of(std::string text) {
  const std::uint64_t size = text.size();
  return {size, [text = std::move(text)](std::uint64_t offset, std::span<char> into) {
            std::memcpy(into.data(), text.data() + offset, into.size());
            return true;
          }};
}

Feed::Sized bytes_of(std::shared_ptr<Descriptor> file, std::uint64_t first, std::uint64_t length) {
  return {length, [file = std::move(file), first](std::uint64_t offset, std::span<char> into) {
            const ssize_t got = ::pread(file->get(), into.data(), into.size(), static_cast<off_t>(first + offset));
            return got == static_cast<ssize_t>(into.size());
          }};
}

MHD_Result queue_sized(MHD_Connection* connection, Exchange& exchange, const Response& response, Feed::Sized content) {
  const InjectedFaults faults = response.faults.value_or(InjectedFaults{});
  const std::uint64_t size = content.size;
  const auto handle = from_feed(connection, exchange, std::move(content), faults);
  if (!handle) return MHD_NO;
  add_headers(handle.get(), response.headers);
  add_wrong_length(handle.get(), size, faults);
  return queue(connection, response.status, handle);
}

MHD_Result queue_file(MHD_Connection* connection, Exchange& exchange, const Response& response, const FileBody& body) {
  const RequestHead& head = exchange.request;
  Descriptor file{::open(body.path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat facts {};
  if (!file.is_open() || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    const auto missing = from_text("not found\n");
    return queue(connection, 404, missing);
  }
  const auto size = std::min(static_cast<std::uint64_t>(facts.st_size), body.only_first.value_or(UINT64_MAX));
  const std::string tag = entity_tag(facts);
  const std::string_view condition = head.header("If-Range");
  RangeChoice range;
  if (response.status == 200 && (condition.empty() || condition == tag)) {
    range = choose_range(head.header("Range"), size);
  }

  ResponseHandle handle;
  int status = response.status;
  std::string content_range;
  if (range.kind == RangeChoice::Kind::unsatisfiable) {
    status = 416;
    content_range = fmt::format("bytes */{}", size);
    handle = from_text({});
  } else {
    std::uint64_t first = 0;
    std::uint64_t length = size;
    if (range.kind == RangeChoice::Kind::part) {
      status = 206;
      first = range.first;
      length = range.length;
      content_range = fmt::format("bytes {}-{}/{}", first, first + length - 1, size);
    }
    if (response.faults) {
      handle = from_feed(connection, exchange, bytes_of(std::make_shared<Descriptor>(file.release()), first, length),
                         *response.faults);
      if (handle) add_wrong_length(handle.get(), length, *response.faults);
    } else {
      handle.reset(MHD_create_response_from_fd_at_offset64(length, file.get(), first));
      if (handle) static_cast<void>(file.release());  // the response closes it
    }
  }
  if (!handle) return MHD_NO;
  add_headers(handle.get(), response.headers);
  MHD_add_response_header(handle.get(), "Accept-Ranges", "bytes");
  MHD_add_response_header(handle.get(), "ETag", tag.c_str());
  if (!content_range.empty()) MHD_add_response_header(handle.get(), "Content-Range", content_range.c_str());
  return queue(connection, status, handle);
}

}  // namespace

MHD_Result queue_response(MHD_Connection* connection, Exchange& exchange, const Response& response) {
  if (const auto* none = std::get_if<NoAnswer>(&response.body)) {
    if (none->reset) reset_connection(connection);
    return MHD_NO;
  }
  if (const auto* file = std::get_if<FileBody>(&response.body)) {
    return queue_file(connection, exchange, response, *file);
  }
  if (const auto* made = std::get_if<GeneratedBody>(&response.body)) {
    return queue_sized(connection, exchange, response,
                       {made->size, [fill = made->fill](std::uint64_t offset, std::span<char> into) {
                          fill(offset, into);
                          return true;
                        }});
  }
  if (const auto* streamed = std::get_if<StreamBody>(&response.body)) {
    const auto handle = from_feed(connection, exchange, streamed->stream, response.faults.value_or(InjectedFaults{}));
    if (handle) add_headers(handle.get(), response.headers);
    return queue(connection, response.status, handle);
  }
  const auto& text = std::get<std::string>(response.body);
  if (response.faults) return queue_sized(connection, exchange, response, bytes_of(text));
  const auto handle = from_text(text);
  if (handle) add_headers(handle.get(), response.headers);
  return queue(connection, response.status, handle);
}

}  // namespace react1::serve
