// What a request and a response of the HTTP server are made of. Data only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace react1::serve {

/// ASCII case-insensitive order: header names are equal whatever their case.
struct CaselessLess {
  using is_transparent = void;
  [[nodiscard]] bool operator()(std::string_view a, std::string_view b) const noexcept;
};

/// A header that came several times is one entry, its values joined by ", ".
using Headers = std::map<std::string, std::string, CaselessLess>;
/// Decoded names and values; of a repeated name the first value counts.
using Query = std::map<std::string, std::string, std::less<>>;

/// What is known before the body arrives.
struct RequestHead {
  std::string method;    ///< as sent, e.g. "GET", "HEAD"
  std::string raw_path;  ///< as sent, percent-encoded, without the query
  std::string path;      ///< decoded
  Query query;
  Headers headers;
  std::optional<std::uint64_t> content_length;  ///< bytes; unknown for chunked bodies and none at all

  /// The header's value, "" when it is absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] bool has_header(std::string_view name) const { return headers.find(name) != headers.end(); }
  /// The query item's value, "" when it is absent.
  [[nodiscard]] std::string_view query_item(std::string_view name) const;
};

struct Request : RequestHead {
  std::string body;                 ///< when it went into memory
  std::filesystem::path body_file;  ///< when it went into a file: removed after the answer unless moved away
  std::uint64_t body_bytes = 0;
};

/// A file as body. GET and HEAD honour Range and If-Range on it, and an ETag is added.
struct FileBody {
  std::filesystem::path path;
};

struct Response {
  int status = 200;
  Headers headers{};
  std::variant<std::string, FileBody> body{};
};

/// Where the body of a request goes.
struct BodyPlan {
  std::uint64_t max_bytes = std::uint64_t{1} << 20;  ///< a longer body is answered with 413
  std::filesystem::path file{};                      ///< empty: into memory; else created (and overwritten) here
  std::optional<Response> refuse{};                  ///< the answer at once: the body is dropped, the handler not asked
};

[[nodiscard]] Response text_response(int status, std::string content_type, std::string text);

}  // namespace react1::serve
