// SPDX-License-Identifier: Apache-2.0
// Defers exceptions of an observer, so that they can't replace the outcome of a paid call.
#pragma once

#include <exception>

#include <react1/run_context.hpp>

namespace react1::stages {

/// Forwards everything to another observer, which must outlive it. Its first exception is
/// kept for rethrow(). Not thread-safe, as observers are.
class DeferringObserver final : public Observer {
 public:
  explicit DeferringObserver(Observer& other) noexcept : other_(other) {}

  void on_stage(Stage stage) override {
    forward([&] { other_.on_stage(stage); });
  }
  void on_progress(const Progress& progress) override {
    forward([&] { other_.on_progress(progress); });
  }
  void on_note(const Note& note) override {
    forward([&] { other_.on_note(note); });
  }
  void on_request(std::string_view request_id) override {
    forward([&] { other_.on_request(request_id); });
  }

  /// Throws the kept exception, if any.
  void rethrow() const {
    if (thrown_) std::rethrow_exception(thrown_);
  }

 private:
  template <class Call>
  void forward(const Call& call) noexcept {
    try {
      call();
    } catch (...) {
      if (!thrown_) thrown_ = std::current_exception();
    }
  }

  Observer& other_;
  std::exception_ptr thrown_;
};

}  // namespace react1::stages
