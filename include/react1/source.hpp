// SPDX-License-Identifier: Apache-2.0
// Where a clip comes from: a path, a URL, standard input, memory, or the caller's own reader. One set of rules for all.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <react1/api.hpp>

namespace react1::REACT1_ABI {

/// The caller's own bytes, e.g. from an archive or an object store. The functions are called by one thread at a time,
/// but not always by the same one, and never after the last Source made from them is gone. A stop takes effect when
/// they return. What they throw ends the work: a react1::Error as it is, anything else as Error{io}.
struct Reader {
  /// Fills up to buffer.size() bytes from the current position on, which starts at 0, and returns how many; 0 = the
  /// end.
  std::function<std::size_t(std::span<std::byte> buffer)> read;
  /// Goes to `offset` bytes from the start. Empty: the bytes come once, in order.
  std::function<void(std::int64_t offset)> seek{};
  /// Bytes in all. A reader without it or without `seek` is read once into a temporary file.
  std::optional<std::int64_t> size{};
};

/// A value: copies refer to the same bytes, may be used by several threads, and may be VIDEO and AUDIO of one call.
/// The bytes are read several times and must not change meanwhile. Unseekable input (standard input, a reader without
/// seek or size, a server without ranges) is read once, at the first use, into an unlinked temporary file, released
/// with the last copy.
class Source {
 public:
  enum class Kind { path, url, standard_input, memory, reader };

  /// A local path, or an http(s) URL ("http://…", "https://…"). Nothing is opened yet. Implicit: a path is a source
  /// wherever one is asked for.
  REACT1_API Source(const std::string& path_or_url);     // NOLINT(*-explicit-*)
  REACT1_API Source(const char* path_or_url);            // NOLINT(*-explicit-*)
  REACT1_API Source(const std::filesystem::path& path);  // NOLINT(*-explicit-*)

  /// The process's standard input, from its current position. It can be read once: copy the Source, don't make a
  /// second.
  [[nodiscard]] REACT1_API static Source standard_input();
  /// The caller keeps `bytes` alive and unchanged until the last copy is gone. `name` is for messages.
  [[nodiscard]] REACT1_API static Source memory(std::span<const std::byte> bytes, std::string name = "memory");
  /// Shares the ownership of `bytes`, which must not be null.
  [[nodiscard]] REACT1_API static Source memory(std::shared_ptr<const std::vector<std::byte>> bytes,
                                                std::string name = "memory");
  /// Throws Error{usage} without a `read` function.
  [[nodiscard]] REACT1_API static Source reader(Reader reader, std::string name = "reader");

  [[nodiscard]] REACT1_API Kind kind() const noexcept;
  /// For messages: the path, the URL without its secret parts, "standard input", or the name given.
  [[nodiscard]] REACT1_API const std::string& name() const noexcept;
  /// The path, or the URL with all its parts (which may be secret); empty for the other kinds.
  [[nodiscard]] REACT1_API const std::string& address() const noexcept;
  /// True when the bytes come from this very file, so that writing to it would destroy them.
  [[nodiscard]] REACT1_API bool is_file(const std::filesystem::path& file) const;

  /// True for copies of each other and for the same path or URL, letter by letter: then the bytes are the same.
  [[nodiscard]] friend bool operator==(const Source& a, const Source& b) noexcept {
    return a.origin_ == b.origin_ || (!a.address().empty() && a.address() == b.address());
  }

 private:
  struct Origin;
  friend struct SourceAccess;  // the library's own
  explicit Source(std::shared_ptr<Origin> origin);
  std::shared_ptr<Origin> origin_;
};

/// Limits of probe() and every later reading of a source. They are for hostile and broken files: no ordinary recording
/// comes near them. An input over a limit is Error{media}.
/// A library function that neither reads nor returns can't be interrupted; therefore its input is bounded.
struct SourceOptions {
  /// A source that delivers no byte for this long has failed (Error{network} for a URL, {media} for the others).
  std::chrono::milliseconds stall_timeout{30'000};
  /// A decoder that has worked this long without output has failed.
  std::chrono::milliseconds decode_timeout{60'000};
  /// Bytes of the whole source; 1 to 2^62. Reading is by ranges, so this does not affect memory.
  std::int64_t max_source_bytes = std::int64_t{1} << 40;
  /// Largest temporary file, bytes; 1 to 2^62.
  std::int64_t max_spooled_bytes = std::int64_t{8} << 30;
  /// Folder for temporary files; empty = the system's (TMPDIR, else /tmp).
  std::string spool_directory{};
  int max_streams = 128;                                    ///< of all kinds; 1 to 1000
  std::int64_t max_pixels = std::int64_t{8192} * 8192;      ///< of one picture; 1 to 2^31 − 1
  int max_channels = 64;                                    ///< of one audio stream; 1 to 64
  int max_sample_rate = 768'000;                            ///< Hz; ≥ 8000
  std::int64_t max_packet_bytes = std::int64_t{512} << 20;  ///< of one packet; 1 to 2^31 − 1
};

}  // namespace react1::REACT1_ABI
