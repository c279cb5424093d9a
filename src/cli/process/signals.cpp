// SPDX-License-Identifier: Apache-2.0
#include "cli/process/signals.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace react1::cli {
namespace {

constexpr int kEnd = SIGUSR1;    // ends the thread
constexpr int kShellBase = 128;  // a shell shows the death by signal n as 128 + n

bool is_ignored(int signal) {
  struct sigaction current {};
  return ::sigaction(signal, nullptr, &current) == 0 && current.sa_handler == SIG_IGN;
}

}  // namespace

Signals::Signals() {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  for (const int signal : {SIGPIPE, SIGXFSZ}) ::sigaction(signal, &ignore, nullptr);
  ::sigemptyset(&taken_);
  ::sigaddset(&taken_, SIGINT);  // also when ignored: a shell script's background job must be stoppable too
  ::sigaddset(&taken_, SIGTERM);
  if (!is_ignored(SIGHUP)) ::sigaddset(&taken_, SIGHUP);  // nohup
  ::sigaddset(&taken_, kEnd);
  if (const int failed = ::pthread_sigmask(SIG_BLOCK, &taken_, nullptr); failed != 0) {
    throw std::system_error(failed, std::generic_category(), "cannot block signals");
  }
  thread_ = std::thread([this] { take_signals(); });
}

Signals::~Signals() {
  ending_.store(true);
  ::pthread_kill(thread_.native_handle(), kEnd);
  thread_.join();
}

int Signals::exit_code() const noexcept {
  const int signal = first_.load();
  return signal == 0 ? 0 : kShellBase + signal;
}

/// Once: the same signal, sent by a program soon after the first.
bool Signals::is_repeat(const siginfo_t& signal) {
  constexpr std::chrono::seconds kOneWish{1};
  const bool by_program = signal.si_code != SI_KERNEL;
  if (!by_program || signal.si_signo != first_.load()) return false;
  return std::chrono::steady_clock::now() - first_at_ < kOneWish && !std::exchange(repeated_, true);
}

void Signals::take_signals() {
  while (true) {
    siginfo_t taken{};
    const int signal = ::sigwaitinfo(&taken_, &taken);
    if (signal < 0) {
      if (errno == EINTR) continue;
      return;
    }
    if (signal == kEnd) {
      if (ending_.load()) return;
      continue;  // sent by another process
    }
    if (first_.load() == 0) {
      first_at_ = std::chrono::steady_clock::now();
      first_.store(signal);
      stop_.request_stop();
    } else if (!is_repeat(taken)) {
      ::_exit(kShellBase + signal);  // second request: no clean-up, no waiting
    }
  }
}

}  // namespace react1::cli
