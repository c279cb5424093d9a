// From our Response to libmicrohttpd's.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <memory>

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

MHD_Result queue_file(MHD_Connection* connection, const RequestHead& head, const Response& response,
                      const FileBody& body) {
  FileDescriptor file{::open(body.path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat facts {};
  if (!file.is_open() || ::fstat(file.value(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    const auto missing = from_text("not found\n");
    return queue(connection, 404, missing);
  }
  const auto size = static_cast<std::uint64_t>(facts.st_size);
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
    handle.reset(MHD_create_response_from_fd_at_offset64(length, file.value(), first));
    if (handle) static_cast<void>(file.release());  // the response closes it
  }
  if (!handle) return MHD_NO;
  add_headers(handle.get(), response.headers);
  MHD_add_response_header(handle.get(), "Accept-Ranges", "bytes");
  MHD_add_response_header(handle.get(), "ETag", tag.c_str());
  if (!content_range.empty()) MHD_add_response_header(handle.get(), "Content-Range", content_range.c_str());
  return queue(connection, status, handle);
}

}  // namespace

MHD_Result queue_response(MHD_Connection* connection, const RequestHead& head, const Response& response) {
  if (const auto* file = std::get_if<FileBody>(&response.body)) {
    return queue_file(connection, head, response, *file);
  }
  const auto handle = from_text(std::get<std::string>(response.body));
  if (handle) add_headers(handle.get(), response.headers);
  return queue(connection, response.status, handle);
}

}  // namespace react1::serve
