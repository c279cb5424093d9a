// SPDX-License-Identifier: Apache-2.0
#include "support/http_client.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <stdexcept>
#include <utility>

#include "support/loopback.hpp"

namespace react1::test {
namespace {

struct FreeEasy {
  void operator()(void* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(void* multi) const noexcept { curl_multi_cleanup(multi); }
};
struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<void, FreeEasy>;
using Multi = std::unique_ptr<void, FreeMulti>;
using List = std::unique_ptr<curl_slist, FreeList>;

void start_curl() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (once != CURLE_OK) throw std::runtime_error("curl can't be started");
}

std::size_t take_body(char* data, std::size_t /*one*/, std::size_t size, void* response) {
  static_cast<HttpResponse*>(response)->body.append(data, size);
  return size;
}

std::size_t take_header(char* data, std::size_t /*one*/, std::size_t size, void* response) {
  const std::string_view line{data, size};
  if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    std::string name{line.substr(0, colon)};
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto first = line.find_first_not_of(" \t", colon + 1);
    const auto last = line.find_last_not_of("\r\n \t");
    static_cast<HttpResponse*>(response)->headers[std::move(name)] =
        first == std::string_view::npos || last < first ? std::string{}
                                                        : std::string{line.substr(first, last - first + 1)};
  }
  return size;
}

struct Source {
  std::string_view rest;
};

std::size_t give_body(char* buffer, std::size_t /*one*/, std::size_t room, void* source) {
  auto& rest = static_cast<Source*>(source)->rest;
  const auto size = std::min(room, rest.size());
  std::copy_n(rest.data(), size, buffer);
  rest.remove_prefix(size);
  return size;
}

void receive_into(CURL* easy, HttpResponse& response) {
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &response);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &response);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, 120L);
}

void finish(CURL* easy, HttpResponse& response) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
}

}  // namespace

std::string HttpResponse::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string{} : found->second;
}

HttpResponse exchange(const HttpRequest& request) {
  start_curl();
  const Easy easy{curl_easy_init()};
  HttpResponse response;
  Source source{request.body};
  List headers;
  const auto add = [&headers](const std::string& line) {
    headers.reset(curl_slist_append(headers.release(), line.c_str()));
  };
  for (const auto& line : request.headers) add(line);

  receive_into(easy.get(), response);
  curl_easy_setopt(easy.get(), CURLOPT_URL, request.url.c_str());
  if (request.method == "HEAD") {
    curl_easy_setopt(easy.get(), CURLOPT_NOBODY, 1L);
  } else if (request.method == "PUT" || request.method == "POST" || request.method == "PATCH") {
    curl_easy_setopt(easy.get(), CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_READFUNCTION, &give_body);
    curl_easy_setopt(easy.get(), CURLOPT_READDATA, &source);
    curl_easy_setopt(easy.get(), CURLOPT_CUSTOMREQUEST, request.method.c_str());
    if (request.chunked) {
      add("Transfer-Encoding: chunked");
    } else {
      curl_easy_setopt(easy.get(), CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    }
  } else {
    curl_easy_setopt(easy.get(), CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  response.code = static_cast<int>(curl_easy_perform(easy.get()));
  finish(easy.get(), response);
  return response;
}

HttpResponse get(const std::string& url, std::vector<std::string> headers) {
  return exchange({.url = url, .headers = std::move(headers)});
}

std::vector<HttpResponse> exchange_many(const std::string& url, int count, int rounds) {
  start_curl();
  const Multi multi{curl_multi_init()};
  curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(count));
  std::vector<Easy> handles;
  std::vector<HttpResponse> responses(static_cast<std::size_t>(count));
  for (auto& response : responses) {
    handles.emplace_back(curl_easy_init());
    receive_into(handles.back().get(), response);
    curl_easy_setopt(handles.back().get(), CURLOPT_URL, url.c_str());
  }
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < handles.size(); ++i) {
      responses[i] = {};
      curl_multi_add_handle(multi.get(), handles[i].get());
    }
    for (int running = 1; running > 0;) {
      curl_multi_perform(multi.get(), &running);
      if (running > 0) curl_multi_poll(multi.get(), nullptr, 0, 1000, nullptr);
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
      const auto at = std::find_if(handles.begin(), handles.end(),
                                   [&](const Easy& easy) { return easy.get() == message->easy_handle; });
      responses[static_cast<std::size_t>(at - handles.begin())].code = static_cast<int>(message->data.result);
    }
    for (std::size_t i = 0; i < handles.size(); ++i) {
      finish(handles[i].get(), responses[i]);
      curl_multi_remove_handle(multi.get(), handles[i].get());
    }
  }
  return responses;
}

std::string raw_exchange(int port, std::string_view bytes) {
  const Descriptor connection = connect_to(port);
  const int fd = connection.get();
  const timeval patience{.tv_sec = 20, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string answer;
  if (connection.is_open()) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    char buffer[4096];
    for (ssize_t got = 0; (got = ::recv(fd, buffer, sizeof buffer, 0)) > 0;) {
      answer.append(buffer, static_cast<std::size_t>(got));
    }
  }
  return answer;
}

}  // namespace react1::test
