// SPDX-License-Identifier: Apache-2.0
// Bytes that can be read in any order: an open file, memory, or the caller's own reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <react1/source.hpp>

namespace react1::media {

/// Safe to use from several threads at a time.
class Bytes {
 public:
  Bytes() = default;
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  virtual ~Bytes() = default;

  [[nodiscard]] virtual std::int64_t size() const noexcept = 0;
  /// Fills the front of `buffer` from `offset` on and returns how much; 0 at the end. Throws Error{io}.
  [[nodiscard]] virtual std::size_t read_at(std::int64_t offset, std::span<std::byte> buffer) = 0;
};

/// An open regular file, as long as it was when it was opened. Owns the descriptor.
class FileBytes final : public Bytes {
 public:
  /// `name` is for messages.
  FileBytes(int descriptor, std::int64_t size, std::string name);
  ~FileBytes() override;
  [[nodiscard]] std::int64_t size() const noexcept override { return size_; }
  [[nodiscard]] std::size_t read_at(std::int64_t offset, std::span<std::byte> buffer) override;

 private:
  int descriptor_;
  std::int64_t size_;
  std::string name_;
};

class MemoryBytes final : public Bytes {
 public:
  /// `owner` keeps `bytes` alive; null when the caller does.
  MemoryBytes(std::span<const std::byte> bytes, std::shared_ptr<const std::vector<std::byte>> owner)
      : bytes_(bytes), owner_(std::move(owner)) {}
  [[nodiscard]] std::int64_t size() const noexcept override { return static_cast<std::int64_t>(bytes_.size()); }
  [[nodiscard]] std::size_t read_at(std::int64_t offset, std::span<std::byte> buffer) override;

 private:
  std::span<const std::byte> bytes_;
  std::shared_ptr<const std::vector<std::byte>> owner_;
};

/// A reader that can seek and knows its size. Its functions are called under a lock.
class ReaderBytes final : public Bytes {
 public:
  ReaderBytes(Reader reader, std::string name) : reader_(std::move(reader)), name_(std::move(name)) {}
  [[nodiscard]] std::int64_t size() const noexcept override { return *reader_.size; }
  [[nodiscard]] std::size_t read_at(std::int64_t offset, std::span<std::byte> buffer) override;

 private:
  std::mutex mutex_;
  Reader reader_;
  std::string name_;
  std::optional<std::int64_t> position_ = 0;  // the reader's position; nullopt after it threw
};

/// One call of reader.read. Its exceptions, and an impossible count, become Errors.
[[nodiscard]] std::size_t call_reader(const Reader& reader, std::span<std::byte> buffer, const std::string& name);

}  // namespace react1::media
