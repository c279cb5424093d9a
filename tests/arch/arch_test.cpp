// The house keeps its floors, and the checker that says so is itself seen to fail for each rule.
#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "arch/rules.hpp"
#include "core/atomic_file.hpp"
#include "support/paths.hpp"

namespace react1::arch {
namespace {

// A tree in a temporary folder that is built file by file.
class Tree {
 public:
  Tree& file(const std::string& path, const std::string& text) {
    const auto full = root() / path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << text;
    return *this;
  }
  [[nodiscard]] std::filesystem::path root() const { return folder_.path(); }

 private:
  TemporaryDirectory folder_;
};

// The one violation of a tree that holds a single file.
std::string only_violation(const std::string& path, const std::string& text) {
  Tree tree;
  const auto report = check(tree.file(path, text).root());
  REQUIRE(report.violations.size() == 1);
  CHECK(report.violations.front().file == path);
  return report.violations.front().what;
}

bool is_allowed(const std::string& path, const std::string& text) {
  Tree tree;
  const auto report = check(tree.file(path, text).root());
  REQUIRE(report.includes > 0);
  return report.violations.empty();
}

bool says(const std::string& message, const std::string& part) {
  return message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every include of src and include goes to a lower floor and knows only its own libraries") {
  const auto report = check(test::source_dir());
  for (const auto& violation : report.violations) {
    FAIL_CHECK(violation.file << ":" << violation.line << ": " << violation.what);
  }
  CHECK(report.files > 20);
  CHECK(report.includes > 100);
}

TEST_CASE("an include that goes up is found") {
  CHECK(says(only_violation("src/core/a.cpp", "#include \"media/probe.hpp\"\n"), "lies above it on floor 1"));
  CHECK(says(only_violation("src/fal/a.cpp", "#include \"stages/run.hpp\"\n"), "lies above it on floor 3"));
  CHECK(says(only_violation("src/stages/deep/er/a.hpp", "#include \"cli/x.hpp\"\n"), "lies above it on floor 5"));
  CHECK(says(only_violation("src/daemon/a.cpp", "#include \"cli/x.hpp\"\n"), "lies above it"));
}

TEST_CASE("an include that goes sideways on one floor is found") {
  CHECK(says(only_violation("src/plan/a.cpp", "#include \"media/probe.hpp\"\n"), "lies beside it on floor 1"));
  CHECK(says(only_violation("src/sandbox/a.cpp", "#include \"stages/run.hpp\"\n"), "lies beside it on floor 3"));
  CHECK(says(only_violation("src/recipe/a.cpp", "#include \"record/json.hpp\"\n"), "lies beside it on floor 2"));
}

TEST_CASE("angle brackets do not hide an include of a higher floor") {
  CHECK(says(only_violation("src/core/a.cpp", "#include <stages/run.hpp>\n"), "lies above it"));
}

TEST_CASE("spaces and tabs in the directive do not hide it") {
  CHECK(says(only_violation("src/core/a.cpp", "\t#\tinclude\t\"media/probe.hpp\"  // why\n"), "lies above it"));
  CHECK(says(only_violation("src/core/a.cpp", "#include\"media/probe.hpp\"\r\n"), "lies above it"));
}

TEST_CASE("a path that is not relative to src is found") {
  CHECK(says(only_violation("src/core/a.cpp", "#include \"log.hpp\"\n"), "relative to src"));
  CHECK(says(only_violation("src/core/a.cpp", "#include \"core/../media/probe.hpp\"\n"), "relative to src"));
  CHECK(says(only_violation("src/core/a.cpp", "#include \"vendor/x.hpp\"\n"), "no folder src/vendor"));
  CHECK(says(only_violation("src/core/a.cpp", "#include \"react1/error.hpp\"\n"), "<react1/error.hpp>"));
}

TEST_CASE("an include by macro is refused because nobody can check it") {
  CHECK(says(only_violation("src/core/a.cpp", "#include HEADER\n"), "macro"));
  CHECK(says(only_violation("include/react1/a.hpp", "#include HEADER\n"), "macro"));
}

TEST_CASE("a public header that includes anything but the standard library and react1 is found") {
  const char* rule = "a public header includes only";
  CHECK(says(only_violation("include/react1/a.hpp", "#include <nlohmann/json.hpp>\n"), rule));
  CHECK(says(only_violation("include/react1/a.hpp", "#include <libavutil/avutil.h>\n"), rule));
  CHECK(says(only_violation("include/react1/a.hpp", "#include <sqlite3.h>\n"), rule));
  CHECK(says(only_violation("include/react1/a.hpp", "#include <unistd.h>\n"), rule));
  CHECK(says(only_violation("include/react1/a.hpp", "#include <core/log.hpp>\n"), rule));
  CHECK(says(only_violation("include/react1/a.hpp", "#include \"react1/error.hpp\"\n"), rule));
  CHECK(says(only_violation("include/react1/a.hpp", "#include \"core/log.hpp\"\n"), rule));
}

TEST_CASE("each guarded library outside its place is found") {
  CHECK(says(only_violation("src/core/other.cpp", "#include <spdlog/spdlog.h>\n"), "spdlog may be included by"));
  CHECK(says(only_violation("src/core/log.hpp", "#include <spdlog/spdlog.h>\n"), "src/core/log.cpp only"));
  CHECK(says(only_violation("src/stages/a.cpp", "#include <libavutil/avutil.h>\n"), "FFmpeg may be included by"));
  CHECK(says(only_violation("src/core/a.cpp", "#include <libavformat/avformat.h>\n"), "FFmpeg may be included by"));
  CHECK(says(only_violation("src/fal/a.cpp", "#include <curl/curl.h>\n"), "curl may be included by src/http/"));
  CHECK(says(only_violation("src/sandbox/a.cpp", "#include <microhttpd.h>\n"), "libmicrohttpd may be included by"));
  CHECK(says(only_violation("src/stages/a.cpp", "#include <sqlite3.h>\n"), "SQLite may be included by src/store/"));
  CHECK(says(only_violation("src/stages/a.cpp", "#include <CLI/CLI.hpp>\n"), "CLI11 may be included by src/cli/"));
}

TEST_CASE("a folder without a floor and a source outside any folder are found") {
  CHECK(says(only_violation("src/loose.cpp", "int x;\n"), "not in src/ itself"));
  Tree tree;
  const auto report = check(tree.file("src/util/a.cpp", "int x;\n").root());
  REQUIRE(report.violations.size() == 1);
  CHECK(report.violations.front().file == "src/util");
  CHECK(says(report.violations.front().what, "has no floor"));
}

TEST_CASE("a wrong FLOOR in CMakeLists.txt is found") {
  CHECK(says(only_violation("CMakeLists.txt", "react1_module(media FLOOR 2 LINK x)\n"), "FLOOR of media is 1"));
  CHECK(says(only_violation("CMakeLists.txt", "react1_module(attic FLOOR 2)\n"), "FLOOR of attic"));
}

TEST_CASE("what the rules allow is let through") {
  CHECK(is_allowed("src/core/log.cpp", "#include \"core/log.hpp\"\n#include <spdlog/spdlog.h>\n#include <vector>\n"));
  CHECK(is_allowed("src/media/ff/a.cpp", "#include <libavcodec/avcodec.h>\n#include \"media/ff/check.hpp\"\n"));
  CHECK(is_allowed("src/sandbox/a.cpp", "#include <libavutil/frame.h>\n#include \"serve/server.hpp\"\n"));
  CHECK(
      is_allowed("src/cli/a.cpp", "#include <CLI/CLI.hpp>\n#include \"stages/a.hpp\"\n#include <react1/error.hpp>\n"));
  CHECK(is_allowed("src/http/a.cpp", "#include <curl/curl.h>\n#include <sys/socket.h>\n#include <fmt/format.h>\n"));
  CHECK(is_allowed("include/react1/a.hpp", "#include <stop_token>\n#include <react1/error.hpp>\n"));
}

TEST_CASE("an include inside a comment does not count, one after a comment does") {
  CHECK(
      is_allowed("src/core/a.cpp", "// #include \"cli/x.hpp\"\n/* \n#include \"cli/x.hpp\"\n*/\n#include <vector>\n"));
  CHECK(says(only_violation("src/core/a.cpp", "/* why */ #include \"cli/x.hpp\"\n"), "lies above it"));
  Tree tree;
  const auto report = check(tree.file("src/core/a.cpp", "const char* s = \"/*\";\n\n#include \"cli/x.hpp\"\n").root());
  REQUIRE(report.violations.size() == 1);
  CHECK(report.violations.front().line == 3);
}

TEST_CASE("comments are blanked and every line break stays") {
  CHECK(without_comments("a // b\nc /* d\ne */ f") == "a \nc     \n     f");
  CHECK(without_comments("\"// no comment\" // one") == "\"// no comment\" ");
  CHECK(without_comments("/* open") == "       ");
}

}  // namespace react1::arch
