// SPDX-License-Identifier: Apache-2.0
// A storage host in a few lines: takes files whole and in parts, and shows what it has.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/json_text.hpp"
#include "unit/fal/support.hpp"

namespace react1::test {

/// Thread-safe. Requests that `fault` answers go no further.
class StorageService {
 public:
  explicit StorageService(RawServer& server) : server_(server) {
    server.otherwise([door = door_, this](const SeenRequest& request) {
      {
        const std::lock_guard lock(door->mutex);
        if (door->closed) return answer(503, "");
        ++door->inside;
      }
      const std::string whole = serve(request);
      const std::lock_guard lock(door->mutex);
      --door->inside;
      door->left.notify_all();
      return whole;
    });
  }
  StorageService(const StorageService&) = delete;
  StorageService& operator=(const StorageService&) = delete;
  /// The server may live longer, with requests of a client that was stopped still on their way.
  ~StorageService() {
    std::unique_lock lock(door_->mutex);
    door_->closed = true;
    door_->left.wait(lock, [this] { return door_->inside == 0; });
  }

  /// What it holds under a file URL; empty when there is nothing.
  [[nodiscard]] std::string stored(const std::string& url) const {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(url.substr(server_.url().size()));
    return found == files_.end() ? std::string() : found->second;
  }
  void lose_files() {
    const std::lock_guard lock(mutex_);
    files_.clear();
  }
  void lose_uploads() {
    const std::lock_guard lock(mutex_);
    parts_.clear();
    known_.clear();
  }

  std::function<std::optional<std::string>(const SeenRequest&)> fault;  ///< set before use; any thread
  std::string query = "?sig=abc";                                       ///< of upload URLs
  bool shows_whole = false;                                             ///< to a GET without a range
  std::atomic<bool> lose_next_completion = false;  ///< what it has put together it answers with a 502

 private:
  std::string serve(const SeenRequest& request) {
    if (fault) {
      if (auto answered = fault(request)) return *answered;
    }
    const std::lock_guard lock(mutex_);
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (path.starts_with("/storage/upload/initiate")) return initiated();
    if (request.method == "GET") return show(path, shows_whole && !request.has("range"));
    const auto slash = path.find('/', 4);
    const std::string id = path.substr(4, slash - 4);  // "/up/ID…"
    if (known_.count(id) == 0) return answer(403, "<Error>no such upload</Error>", "text/xml");
    const std::string tail = slash == std::string::npos ? "" : path.substr(slash + 1);
    if (tail == "complete") return completed(id, request);
    if (request.body.empty()) return answer(400, R"({"detail":"an empty part"})");
    if (tail.empty()) {
      files_["/files/" + id] = request.body;
      return answer(200, "{}");
    }
    parts_[id][std::stoi(tail)] = request.body;
    return answer(200, R"({"partNumber":)" + tail + R"(,"etag":"\"e)" + id + "-" + tail + R"(\""})");
  }

  std::string initiated() {
    const std::string id = std::to_string(++handed_out_);
    known_[id] = true;
    return answer(200, R"({"upload_url":")" + server_.url("/up/" + id + query) + R"(","file_url":")" +
                           server_.url("/files/" + id) + "\"}");
  }

  std::string completed(const std::string& id, const SeenRequest& request) {
    std::string whole;
    const Json list = Json::parse(request.body);
    for (const Json& part : list.at("parts")) {
      const int number = part.at("partNumber").get<int>();
      if (part.at("etag") != "\"e" + id + "-" + std::to_string(number) + "\"" || parts_[id].count(number) == 0)
        return answer(400, R"({"detail":"a part that never came"})");
      whole += parts_[id][number];
    }
    files_["/files/" + id] = whole;
    parts_.erase(id);
    known_.erase(id);
    return lose_next_completion.exchange(false) ? answer(502, "") : answer(200, "");
  }

  [[nodiscard]] std::string show(const std::string& path, bool whole) const {
    const auto found = files_.find(path);
    if (found == files_.end()) return answer(404, "");
    if (whole) return answer(200, found->second, "video/mp4");
    return answer(206, found->second.substr(0, 1), "video/mp4",
                  "Content-Range: bytes 0-0/" + std::to_string(found->second.size()) + "\r\n");
  }

  struct Door {
    std::mutex mutex;
    std::condition_variable left;
    bool closed = false;
    int inside = 0;
  };

  RawServer& server_;
  const std::shared_ptr<Door> door_ = std::make_shared<Door>();
  mutable std::mutex mutex_;
  std::map<std::string, std::string> files_;
  std::map<std::string, std::map<int, std::string>> parts_;
  std::map<std::string, bool> known_;
  int handed_out_ = 0;
};

/// Bytes that differ from part to part.
inline std::string content_of(std::size_t bytes) {
  std::string content(bytes, '\0');
  for (std::size_t at = 0; at < bytes; ++at) content[at] = static_cast<char>((at * 31 + at / 251) & 0xFFU);
  return content;
}

}  // namespace react1::test
