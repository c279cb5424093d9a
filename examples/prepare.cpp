// SPDX-License-Identifier: Apache-2.0
// Both clips made ready for the service, with progress; Ctrl-C cancels: prepare VIDEO AUDIO FOLDER
#include <react1/error.hpp>
#include <react1/pipeline.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <stop_token>
#include <string>
#include <thread>

namespace {

/// Called on the thread that called prepare().
class Progress final : public react1::Observer {
 public:
  void on_stage(react1::Stage stage) override {
    std::fprintf(stderr, "%s\n", std::string(react1::to_string(stage)).c_str());
  }
  void on_progress(const react1::Progress& progress) override {
    if (!progress.total || *progress.total == 0) return;
    const auto percent = 100 * progress.done / *progress.total;
    if (percent == percent_) return;  // more updates than a reader can follow
    percent_ = percent;
    std::fprintf(stderr, "\r%3lld %%", static_cast<long long>(percent));
    if (percent == 100) std::fprintf(stderr, "\n");
  }
  void on_note(const react1::Note& note) override { std::fprintf(stderr, "note: %s\n", note.message.c_str()); }

 private:
  std::int64_t percent_ = -1;
};

/// Turns SIGINT into a stop: a thread waits for the signal, so that nothing happens in a signal handler.
class StopOnInterrupt {
 public:
  StopOnInterrupt() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);  // before any other thread starts
    waiter_ = std::jthread([this](const std::stop_token& over) {
      const timespec moment{0, 100'000'000};
      while (!over.stop_requested()) {
        if (sigtimedwait(&signals_, nullptr, &moment) == SIGINT) source_.request_stop();
      }
    });
  }
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  sigset_t signals_{};
  std::stop_source source_;
  std::jthread waiter_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: prepare VIDEO AUDIO FOLDER\n");
    return 2;
  }
  const StopOnInterrupt interrupt;
  Progress progress;
  react1::RunContext context;
  context.stop = interrupt.token();
  context.observer = &progress;
  try {
    react1::PipelineOptions options = react1::load_recipe("default");
    options.prepare.quality = react1::Quality::high;
    const react1::Preparation made = react1::prepare(argv[1], argv[2], argv[3], options, context);
    std::printf("%s: %s\n", made.video.path.c_str(), std::string(react1::to_string(made.video.action)).c_str());
    std::printf("%s: %s\n", made.audio.path.c_str(), std::string(react1::to_string(made.audio.action)).c_str());
    std::printf("advice: %s\n", std::string(react1::to_string(made.advice.lipsync_mode)).c_str());
    return made.advice.hold ? react1::exit_code(react1::ErrorCode::hold) : 0;
  } catch (const react1::Error& error) {  // ErrorCode::interrupted after Ctrl-C: nothing half-made is left behind
    std::fprintf(stderr, "%s\n", error.what());
    return react1::exit_code(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
