// SPDX-License-Identifier: Apache-2.0
// Sets curl's options for an exchange, and the callbacks that restrict it to allowed addresses.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <react1/error.hpp>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "http/engine/curl_exchange.hpp"
#include "http/policy/network.hpp"

namespace react1::http {

void CurlExchange::set_common(const std::string& url) {
  curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  // Without this a stop during a slow name lookup waits for the resolver's thread.
  curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);
  constexpr std::int64_t kLongest = INT32_MAX;  // 24 days, curl's maximum
  const std::int64_t patience = std::clamp<std::int64_t>(request_.connect_timeout.count(), 1, kLongest);
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(patience));
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  // Only files come in bulk; a thousand open streams with large buffers would be 256 MB.
  const bool bulk = file_sink_ != nullptr || part_sink_ != nullptr;
  curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, bulk ? 256L << 10U : 16L << 10U);
  curl_easy_setopt(easy_, CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10U);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, curl_message_.data());
}

void CurlExchange::set_callbacks() {
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &CurlExchange::header_callback);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &CurlExchange::write_callback);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_READFUNCTION, &CurlExchange::read_callback);
  curl_easy_setopt(easy_, CURLOPT_READDATA, this);
  curl_easy_setopt(easy_, CURLOPT_SEEKFUNCTION, &CurlExchange::seek_callback);
  curl_easy_setopt(easy_, CURLOPT_SEEKDATA, this);
  curl_easy_setopt(easy_, CURLOPT_PREREQFUNCTION, &CurlExchange::begin_callback);
  curl_easy_setopt(easy_, CURLOPT_PREREQDATA, this);
}

void CurlExchange::set_network(const std::string& url) {
  std::optional<std::string> proxy;
  if (request_.network) {
    proxy = proxy_for(*request_.network, *parse_url(url));
    for (const auto& [ours, option, of_proxy] :
         {std::tuple(&request_.network->ca_file, CURLOPT_CAINFO, CURLOPT_PROXY_CAINFO),
          std::tuple(&request_.network->ca_directory, CURLOPT_CAPATH, CURLOPT_PROXY_CAPATH)}) {
      if (ours->empty()) continue;
      curl_easy_setopt(easy_, option, ours->c_str());
      curl_easy_setopt(easy_, of_proxy, ours->c_str());
    }
  }
  // Both are always set, because curl would otherwise read the environment.
  curl_easy_setopt(easy_, CURLOPT_PROXY, proxy.value_or("").c_str());
  curl_easy_setopt(easy_, CURLOPT_NOPROXY, "");
  // The header callback would mistake the proxy's answer to CONNECT for the server's.
  curl_easy_setopt(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (proxy) {
    const bool socks = to_lower(*proxy).starts_with("socks");
    way_ = url.starts_with("https:") || socks ? Way::tunnel : Way::plain_proxy;
  }
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, &CurlExchange::socket_callback);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
}

/// Called when the connection to the server is established, TLS session included, just
/// before the request is sent: only this distinguishes the server's answer from a proxy's or the handshake's.
int CurlExchange::begin_callback(void* self, char* address, char*, int, int) noexcept {
  auto* exchange = static_cast<CurlExchange*>(self);
  try {
    if (exchange->way_ == Way::direct) exchange->peer_ = place_of(std::string_view(address));
    // A reused connection of an exchange that was allowed there.
    if (exchange->peer_ && !may_reach(exchange->reach_, *exchange->peer_)) {
      exchange->out_of_reach_ = address;
      return CURL_PREREQFUNC_ABORT;
    }
  } catch (...) {
    return CURL_PREREQFUNC_ABORT;
  }
  exchange->begun_sending_ = true;
  return CURL_PREREQFUNC_OK;
}

curl_socket_t CurlExchange::socket_callback(void* self, curlsocktype, curl_sockaddr* address) noexcept {
  auto* exchange = static_cast<CurlExchange*>(self);
  // A proxy may be anywhere.
  if (exchange->way_ == Way::direct && !may_reach(exchange->reach_, place_of(address->addr))) {
    try {
      exchange->out_of_reach_ = "the address that the name resolves to";
    } catch (...) {  // out of memory: it is not connected either
    }
    return CURL_SOCKET_BAD;
  }
  const int made = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  // curl would only report that it can't connect.
  if (made < 0) exchange->no_socket_ = errno;
  return made;
}

void CurlExchange::set_version(const std::string& url) {
  if (request_.at_most_once) {
    // curl sends a request again by itself, POSTs included, when a reused connection dies before the first byte of an
    // answer: it assumes a keep-alive connection that the server had closed. The server may
    // have received the request. A fresh connection is never subject to that. HTTP/1.1, because HTTP/2 has a re-send of
    // its own (REFUSED_STREAM); and not kept for reuse.
    curl_easy_setopt(easy_, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy_, CURLOPT_FORBID_REUSE, 1L);
  }
  const bool file = std::holds_alternative<FileBody>(request_.body) || file_sink_ != nullptr || part_sink_ != nullptr;
  if (request_.at_most_once || file || !url.starts_with("https:")) {
    // Files: in parallel on one HTTP/2 connection they would share its window, and block the small exchanges. Plain
    // http: the wait below would only end with the first answer there, not with the handshake.
    curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    return;
  }
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  // Prefer a stream on the connection that is being established over a new connection.
  curl_easy_setopt(easy_, CURLOPT_PIPEWAIT, 1L);
}

void CurlExchange::set_headers() {
  const auto append = [this](const std::string& line) {
    curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
    if (longer == nullptr) throw Error(ErrorCode::internal, "libcurl", "out of memory");
    static_cast<void>(headers_.release());
    headers_.reset(longer);
  };
  for (const Header& field : request_.headers.fields()) {
    append(field.value.empty() ? field.name + ";" : field.name + ": " + field.value);
  }
  append("Expect:");  // "100-continue" costs a second with servers that ignore it
  if (!request_.headers.has("Content-Type")) append("Content-Type:");  // curl would claim a web form
  // None at all would mean "any".
  if (!request_.decode && request_.method == Method::get) append("Accept-Encoding: identity");
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_.get());
}

/// curl decodes while it delivers, so that the sinks' limits apply to decoded bytes. A
/// compressed stream would be delayed until a block is full, so it is not requested; one that is sent nevertheless is
/// decoded.
void CurlExchange::set_encoding() {
  if (request_.decode) curl_easy_setopt(easy_, CURLOPT_ACCEPT_ENCODING, stream_sink_ != nullptr ? "identity" : "");
}

void CurlExchange::set_body() {
  if (reader_) {
    curl_easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy_, CURLOPT_INFILESIZE_LARGE, curl_off_t{reader_->size()});
  } else if (const auto* text = std::get_if<TextBody>(&request_.body)) {
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(text->text.size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, text->text.c_str());
  }
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, std::string(to_string(request_.method)).c_str());
}

}  // namespace react1::http
