// SPDX-License-Identifier: Apache-2.0
// Runs the program over mutated media files and watches how it ends: exit code 0 or 3, no sanitizer report, no leak, in
// time, and nothing left behind. Case N of a seed number is the same on every machine that has the same files.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "fuzz/child.hpp"
#include "fuzz/mutation.hpp"

namespace {

namespace fs = std::filesystem;
using namespace react1::fuzz;

struct Settings {
  std::string program, video, audio, keep;
  std::vector<std::string> seeds;
  std::size_t first = 0, count = 60;
  std::uint64_t seed = 1;
  int watchdog_s = 120;
};

Content load(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void save(const fs::path& path, const Content& content) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  if (!out.flush()) throw std::runtime_error("can't write " + path.string());
}

std::vector<fs::path> media_files(const std::vector<std::string>& folders) {
  constexpr std::size_t smallest = 64;
  std::vector<fs::path> files;
  for (const std::string& folder : folders) {
    if (!fs::is_directory(folder)) continue;  // the real clips are not on every machine
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string ending = entry.path().extension().string();
      const bool is_media = entry.is_regular_file() && entry.file_size() >= smallest && ending != ".json" &&
                            ending != ".py" && ending != ".md" && ending != ".pyc";
      if (is_media) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end(),
            [](const fs::path& a, const fs::path& b) { return a.filename() < b.filename(); });
  return files;
}

/// One run of the program, and the folder it lives in.
struct Case {
  std::vector<std::string> command;
  std::string label;  ///< which file, and what was done to it
  std::string input;  ///< for standard input
};

class Cases {
 public:
  Cases(const Settings& settings, fs::path folder)
      : settings_(settings), folder_(std::move(folder)), files_(media_files(settings.seeds)) {
    if (files_.empty()) throw std::runtime_error("there are no media files in the folders given with --seeds");
    std::ofstream(recipe()) << R"({"preprocess":{"video_preset":"ultrafast"}})";
  }

  [[nodiscard]] fs::path output() const { return folder_ / "out"; }
  [[nodiscard]] fs::path temporary() const { return folder_ / "tmp"; }
  [[nodiscard]] std::size_t files() const noexcept { return files_.size(); }

  [[nodiscard]] Case make(std::size_t number) {
    fs::remove_all(output());
    fs::create_directories(temporary());
    Random random(settings_.seed * 1'000'003 + number);
    Case result;
    const std::string mutated = damaged("first", random, result);
    const std::size_t kind = random.below(10);
    if (kind < 4) {
      result.command = {settings_.program, "probe", mutated};
    } else {
      const std::size_t role = random.below(4);  // VIDEO, AUDIO, the same file as both, two damaged files
      const std::string second = role == 3 ? damaged("second", random, result) : mutated;
      const bool is_plan = kind < 7;
      result.command = {settings_.program,
                        is_plan ? "plan" : "prepare",
                        role == 1 ? settings_.video : mutated,
                        role == 0 ? settings_.audio : second,
                        "--pipeline",
                        recipe()};
      if (!is_plan) result.command.insert(result.command.end(), {"-o", output().string()});
      const std::size_t window = random.below(4);
      if (window == 1) result.command.insert(result.command.end(), {"--duration", "1.5"});
      if (window == 2) result.command.insert(result.command.end(), {"--start", "1", "--duration", "1"});
    }
    if (random.below(8) == 0) pipe_in(result, mutated);
    result.command.emplace_back("--no-progress");
    return result;
  }

  /// Keeps the files of a case that went wrong.
  void keep(std::size_t number) const {
    if (settings_.keep.empty()) return;
    const fs::path to = fs::path(settings_.keep) / std::to_string(number);
    fs::create_directories(to);
    fs::copy(folder_, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }

 private:
  [[nodiscard]] std::string recipe() const { return (folder_ / "fast.json").string(); }

  [[nodiscard]] std::string damaged(const std::string& name, Random& random, Case& of) {
    const fs::path& source = files_[random.below(files_.size())];
    Content content = load(source);
    const Content other = load(files_[random.below(files_.size())]);
    of.label += (of.label.empty() ? "" : "; ") + source.filename().string() + ": " + mutate(content, other, random);
    const fs::path path = folder_ / (name + source.extension().string());
    save(path, content);
    return path.string();
  }

  /// The first argument that is the file becomes standard input; as both clips at once it can't be.
  static void pipe_in(Case& result, const std::string& file) {
    if (std::count(result.command.begin(), result.command.end(), file) != 1) return;
    *std::find(result.command.begin(), result.command.end(), file) = "-";
    result.input = file;
  }

  const Settings& settings_;
  fs::path folder_;
  std::vector<fs::path> files_;
};

std::string what_is_wrong(const ChildResult& result, const Cases& cases) {
  for (const char* report : {"AddressSanitizer", "LeakSanitizer", "runtime error:", "terminate called"}) {
    if (result.errors.find(report) != std::string::npos) return std::string("report: ") + report;
  }
  if (result.timed_out) return "ran longer than the watchdog allows";
  if (result.exit_code < 0) return "ended by signal " + std::to_string(result.signal);
  if (result.exit_code != 0 && result.exit_code != 3) return "exit code " + std::to_string(result.exit_code);
  const auto is_empty = [](const fs::path& folder) { return !fs::exists(folder) || fs::is_empty(folder); };
  if (result.exit_code != 0 && !is_empty(cases.output())) return "left something in the output folder";
  if (!is_empty(cases.temporary())) return "left something in the temporary folder";
  return {};
}

std::string shown(const Case& one) {
  std::string line;
  for (const std::string& word : one.command) line += (line.empty() ? "" : " ") + word;
  return one.input.empty() ? line : line + " < " + one.input;
}

int run(const Settings& settings) {
  std::string pattern = (fs::temp_directory_path() / "react1-mutate-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("can't make a temporary folder");
  const fs::path folder = pattern;
  Cases cases(settings, folder);
  const std::vector<std::string> environment{
      "TMPDIR=" + cases.temporary().string(), "REACT1_STATE_DIR=" + (folder / "state").string(),
      "ASAN_OPTIONS=detect_leaks=1:exitcode=99", "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:exitcode=98"};
  std::map<int, std::size_t> exits;
  std::size_t violations = 0;
  std::chrono::milliseconds slowest{};
  for (std::size_t number = settings.first; number < settings.first + settings.count; ++number) {
    const Case one = cases.make(number);
    const ChildResult result =
        run_child(one.command, environment, one.input, std::chrono::seconds(settings.watchdog_s));
    ++exits[result.exit_code];
    slowest = std::max(slowest, result.took);
    const std::string wrong = what_is_wrong(result, cases);
    if (wrong.empty()) continue;
    ++violations;
    std::printf(
        "VIOLATION in case %zu: %s\n  %s\n  %s\n  again: scripts/mutate --first %zu --count 1 --seed %llu\n%s\n",
        number, wrong.c_str(), one.label.c_str(), shown(one).c_str(), number,
        static_cast<unsigned long long>(settings.seed), result.errors.c_str());
    std::fflush(stdout);
    cases.keep(number);
  }
  fs::remove_all(folder);
  std::printf("%zu cases from %zu files:", settings.count, cases.files());
  for (const auto& [code, count] : exits) std::printf(" exit %d: %zu,", code, count);
  std::printf(" slowest %.1f s, %zu violations\n", static_cast<double>(slowest.count()) / 1000, violations);
  return violations == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Settings settings;
    CLI::App app{"Runs react1 over mutated media files"};
    app.add_option("--program", settings.program, "The react1 to run")->required();
    app.add_option("--seeds", settings.seeds, "Folders of good media files")->required();
    app.add_option("--video", settings.video, "A good VIDEO for a damaged AUDIO")->required();
    app.add_option("--audio", settings.audio, "A good AUDIO for a damaged VIDEO")->required();
    app.add_option("--count", settings.count, "How many cases");
    app.add_option("--first", settings.first, "Number of the first");
    app.add_option("--seed", settings.seed, "Another number makes other cases");
    app.add_option("--watchdog", settings.watchdog_s, "Seconds that a run may take");
    app.add_option("--keep", settings.keep, "Folder for the files of cases that went wrong");
    CLI11_PARSE(app, argc, argv);
    return run(settings);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 2;
  }
}
