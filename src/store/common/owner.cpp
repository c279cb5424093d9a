// SPDX-License-Identifier: Apache-2.0
#include "store/common/owner.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <set>
#include <sstream>
#include <system_error>
#include <vector>

namespace react1::store {
namespace {

std::string first_word_of(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  return file >> word ? word : "-";
}

std::string machine() {
  if (std::string id = first_word_of("/etc/machine-id"); id != "-") {
    return id;
  }
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') {
    return "-";
  }
  return name.data();
}

std::string pid_namespace() {
  std::error_code ignored;
  const auto target = std::filesystem::read_symlink("/proc/self/ns/pid", ignored);
  return ignored || target.empty() ? "-" : target.string();
}

/// Field 22 of /proc/PID/stat, clock ticks since boot: distinguishes a process from a later one with the same pid. "-"
/// when there is no such process, or only a zombie (state Z).
std::string start_time_of(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto end_of_name = text.rfind(')');  // the name may hold spaces and parentheses
  if (end_of_name == std::string::npos) {
    return "-";
  }
  std::istringstream rest(text.substr(end_of_name + 1));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  constexpr std::size_t kState = 0;       // field 3
  constexpr std::size_t kStartTime = 19;  // field 22
  if (fields.size() <= kStartTime || fields[kState] == "Z" || fields[kState] == "X") {
    return "-";
  }
  return fields[kStartTime];
}

/// The attempts of this process in progress.
struct Attempts {
  std::mutex mutex;
  std::set<std::uint64_t> running;
  std::uint64_t last = 0;
};

Attempts& attempts() {
  static Attempts instance;
  return instance;
}

}  // namespace

Attempt::Attempt() {
  Attempts& all = attempts();
  const std::lock_guard lock(all.mutex);
  number_ = ++all.last;
  name_ = this_process() + " " + std::to_string(number_);
  all.running.insert(number_);
}

Attempt::~Attempt() {
  Attempts& all = attempts();
  const std::lock_guard lock(all.mutex);
  all.running.erase(number_);
}

std::optional<bool> attempt_alive(std::string_view owner) {
  const std::optional<bool> alive = process_alive(owner);
  const std::string process = this_process();
  if (!alive.value_or(false) || !owner.starts_with(process + " ")) return alive;
  const std::string number(owner.substr(process.size() + 1));
  Attempts& all = attempts();
  const std::lock_guard lock(all.mutex);
  return std::any_of(all.running.begin(), all.running.end(),
                     [&](std::uint64_t running) { return std::to_string(running) == number; });
}

std::string this_process() {
  const std::string pid = std::to_string(::getpid());
  return machine() + " " + first_word_of("/proc/sys/kernel/random/boot_id") + " " + pid_namespace() + " " + pid + " " +
         start_time_of(pid);
}

std::optional<bool> process_alive(std::string_view owner) {
  std::istringstream words{std::string(owner)};
  std::string owner_machine, boot, space, pid, start;
  if (!(words >> owner_machine >> boot >> space >> pid >> start) || start == "-" || owner_machine != machine()) {
    return std::nullopt;
  }
  if (boot != first_word_of("/proc/sys/kernel/random/boot_id")) {
    return false;  // this machine was restarted since
  }
  if (space != pid_namespace()) {
    return std::nullopt;
  }
  return start_time_of(pid) == start;
}

}  // namespace react1::store
