// The files of the service: uploads through signed URLs, and results.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "serve/http_types.hpp"

namespace react1::sandbox {

/// Answers the storage routes. Safe from any thread.
class Storage {
 public:
  /// A single upload may not be larger; the real service wants several parts above about this size.
  static constexpr std::uint64_t max_upload = 100U << 20U;

  explicit Storage(std::filesystem::path folder);
  /// "http://127.0.0.1:PORT"; before the first request comes.
  void set_base_url(std::string url);

  /// POST /storage/upload/initiate, already authorised.
  [[nodiscard]] serve::Response initiate(const serve::Request& request);
  /// Where the body of a PUT goes, or why it is refused.
  [[nodiscard]] serve::BodyPlan plan_upload(const serve::RequestHead& head);
  /// The PUT itself, its body in the planned file.
  [[nodiscard]] serve::Response finish_upload(const serve::Request& request);
  /// GET and HEAD of /files/b/….
  [[nodiscard]] serve::Response file(const serve::RequestHead& head) const;

  /// The local file behind one of our own file URLs; nullopt for any other URL and for files not uploaded yet.
  [[nodiscard]] std::optional<std::filesystem::path> local_file(std::string_view url) const;
  /// Whether the URL points to this service's files at all.
  [[nodiscard]] bool is_own(std::string_view url) const;

  /// A place for a result; publish() makes it visible.
  struct Slot {
    std::string id;
    std::filesystem::path path;
    std::string url;
  };
  [[nodiscard]] Slot reserve(std::string_view name, std::string_view content_type);
  void publish(const Slot& slot);
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  struct Entry {
    std::string name, content_type, signature;
    std::filesystem::path path;
    bool present = false;
  };
  /// "<id>/<name>" → id, when the two belong together.
  [[nodiscard]] std::optional<std::string> find(std::string_view id_and_name) const;
  Slot add(std::string_view name, std::string_view content_type, std::string signature);

  const std::filesystem::path folder_;
  mutable std::mutex mutex_;
  std::string base_url_;
  std::unordered_map<std::string, Entry> entries_;
  std::uint64_t uploads_ = 0;
};

}  // namespace react1::sandbox
