// SPDX-License-Identifier: Apache-2.0
// The files of the service: uploads through signed URLs, and results.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "serve/http_types.hpp"

namespace react1::sandbox {

/// Answers the storage routes. Safe from any thread.
class Storage {
 public:
  /// A single upload may not be larger; the real service wants several parts above about this size.
  static constexpr std::uint64_t max_upload = 100U << 20U;

  explicit Storage(std::filesystem::path folder);
  /// "http://127.0.0.1:PORT"; set before the first request.
  void set_base_url(std::string url);

  // The functions below take the tail "<id>/<name>" of a path: see locate().

  /// POST /storage/upload/initiate and …/initiate-multipart, already authorised.
  [[nodiscard]] serve::Response initiate(const serve::Request& request, bool in_parts);
  /// The destination of the body of a PUT of a file or of a part, or why it is refused.
  [[nodiscard]] serve::BodyPlan plan_upload(const serve::RequestHead& head, std::string_view tail);
  /// Why the signed URL does not allow this; nullopt when it does.
  [[nodiscard]] std::optional<serve::Response> refuse_signature(const serve::RequestHead& head,
                                                                std::string_view tail) const;
  /// The PUT itself, its body in the planned file.
  [[nodiscard]] serve::Response finish_upload(const serve::Request& request, std::string_view tail);
  [[nodiscard]] serve::Response finish_part(const serve::Request& request, std::string_view tail,
                                            std::string_view number);
  /// Joins the parts; takes as long as the disk does. `body` lists them.
  [[nodiscard]] serve::Response complete(std::string_view body, std::string_view tail);
  /// GET and HEAD of a file.
  [[nodiscard]] serve::Response file(std::string_view tail) const;
  /// From now on the file is missing and its upload is refused.
  void expire(std::string_view tail);

  /// The local file behind one of our own file URLs; nullopt for any other URL and for files not uploaded yet.
  [[nodiscard]] std::optional<std::filesystem::path> local_file(std::string_view url) const;
  /// Whether it is a URL of this service's files at all.
  [[nodiscard]] bool is_own(std::string_view url) const;
  /// Identifies this clip in the hash of an intent: a file of ours by its SHA-256, else the URL.
  [[nodiscard]] std::string identity(std::string_view url);

  /// A path for a result; publish() makes it visible.
  struct Slot {
    std::string id;
    std::filesystem::path path;
    std::string url;
  };
  [[nodiscard]] Slot reserve(std::string_view name, std::string_view content_type);
  /// The file expires after that time; nullopt: never.
  void set_lifetime(const std::string& id, std::optional<std::chrono::seconds> lifetime);
  void publish(const Slot& slot);
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  struct Part {
    std::string etag;  ///< with its quotes
    std::filesystem::path path;
  };
  struct Entry {
    std::string name, content_type, signature;
    std::filesystem::path path{};
    bool present = false;
    bool expired = false;
    std::optional<std::chrono::steady_clock::time_point> ends{};
    std::map<int, Part> parts{};  ///< of an upload in parts, until it is complete
    std::string sha256{};         ///< once it was requested

    [[nodiscard]] bool is_gone() const { return expired || (ends && std::chrono::steady_clock::now() >= *ends); }
  };
  /// "<id>/<name>" → id, when they match.
  [[nodiscard]] std::optional<std::string> find(std::string_view id_and_name) const;
  /// The parts listed in a completion, in order; or what is wrong with the list.
  [[nodiscard]] std::variant<std::vector<Part>, serve::Response> listed(std::string_view body,
                                                                        const Entry& entry) const;
  Slot add(std::string_view name, std::string_view content_type, std::string signature);

  const std::filesystem::path folder_;
  mutable std::mutex mutex_;
  std::string base_url_;
  std::unordered_map<std::string, Entry> entries_;
  std::uint64_t uploads_ = 0;
};

/// `expiration_duration_seconds` of an X-Fal-Object-Lifecycle(-Preference) header; nullopt: missing, never, or
/// invalid.
[[nodiscard]] std::optional<std::chrono::seconds> lifetime_of(std::string_view header);

/// 64 random bits, unguessable.
[[nodiscard]] std::uint64_t random_bits();

}  // namespace react1::sandbox
