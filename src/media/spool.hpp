// A temporary file without a name, for what can be read only once; and the rule that it is filled once.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>

#include <react1/source.hpp>

#include "media/bytes.hpp"

namespace react1::media {

/// Being written; nothing of it can be seen in the folder. One thread.
class Spool {
 public:
  /// `name` is the source's, for messages. Throws Error{io}.
  Spool(const SourceOptions& options, std::string name);
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  ~Spool();

  /// Throws Error{io} (a full disk), {media} beyond max_spooled_bytes or max_source_bytes.
  void append(std::span<const std::byte> bytes);
  /// Forgets what was written.
  void restart();
  /// Throws Error{media} when nothing was written.
  [[nodiscard]] std::shared_ptr<Bytes> finish();

 private:
  const SourceOptions& options_;
  std::string name_;
  int descriptor_;
  std::int64_t size_ = 0;
};

/// What is made by the first that asks for it while the others wait. Any thread.
class SpooledOnce {
 public:
  using Make = std::function<std::shared_ptr<Bytes>()>;

  /// The bytes, made by `make` when there are none yet. When it throws, later calls throw the same without
  /// `can_repeat`, and try again with it. A stop ends the waiting with Error{interrupted}.
  [[nodiscard]] std::shared_ptr<Bytes> get(const std::string& name, bool can_repeat, const std::stop_token& stop,
                                           const Make& make);
  /// Null while there are none.
  [[nodiscard]] std::shared_ptr<Bytes> made() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool being_made_ = false;
  std::shared_ptr<Bytes> bytes_;
  std::exception_ptr failure_;
};

}  // namespace react1::media
