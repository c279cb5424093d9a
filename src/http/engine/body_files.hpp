// SPDX-License-Identifier: Apache-2.0
// Request and response bodies in files. Failures are values, because exceptions must not pass through
// curl.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/descriptor.hpp"
#include "core/sha256.hpp"

namespace react1::http {

/// The digest of the bytes that were read while a file was sent: the file may have changed since it was hashed. Written
/// by the exchange, read once that is over.
class BodyDigest {
 public:
  void restart();
  void update(const char* data, std::size_t size);
  /// Lower-case hex of the SHA-256; ends the computation.
  [[nodiscard]] std::string hex() { return sha256_ ? sha256_->hex() : std::string(); }

 private:
  std::unique_ptr<Sha256> sha256_;
};

/// A part of a file, to be sent. Not thread-safe.
class FileReader {
 public:
  FileReader(const std::string& path, std::int64_t offset, std::optional<std::int64_t> length,
             std::shared_ptr<BodyDigest> digest = nullptr);
  /// Empty, or why the file cannot be sent.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] std::int64_t size() const noexcept { return size_; }
  /// The next bytes; 0 at the end; nullopt on failure (then problem() says why), also when the file has become shorter.
  [[nodiscard]] std::optional<std::size_t> read(char* buffer, std::size_t room) noexcept;
  /// Position within the part. False when outside, and for another than the start when a digest is taken.
  bool seek(std::int64_t position) noexcept;

 private:
  std::string problem_;
  Descriptor file_;
  std::int64_t offset_ = 0, size_ = 0, position_ = 0;
  std::shared_ptr<BodyDigest> digest_;
};

/// A file that receives a body. Not thread-safe.
class FileWriter {
 public:
  explicit FileWriter(const std::string& path);
  /// Writes to a copy of an open descriptor.
  explicit FileWriter(int descriptor);
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] std::int64_t position() const noexcept { return position_; }
  /// Truncates to `position` and continues there.
  bool start_at(std::int64_t position) noexcept;
  bool write(const char* data, std::size_t size) noexcept;

 private:
  bool fail(const char* what) noexcept;

  std::string problem_;
  Descriptor file_;
  std::int64_t position_ = 0;
};

}  // namespace react1::http
