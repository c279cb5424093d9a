// SPDX-License-Identifier: Apache-2.0
// The tree keeps its architecture, and each rule of the checker is seen to fail.
#include <doctest/doctest.h>

#include <fstream>
#include <stdexcept>
#include <string>

#include "arch/house.hpp"
#include "arch/includes.hpp"
#include "arch/rules.hpp"
#include "core/atomic_file.hpp"
#include "support/paths.hpp"

namespace react1::arch {
namespace {

std::string page() {
  return read_text(test::source_dir() / "docs/ARCHITECTURE.md");
}

const House& house() {
  static const House read = read_house(page());
  return read;
}

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
  const auto report = check(tree.file(path, text).root(), house());
  REQUIRE(report.violations.size() == 1);
  CHECK(report.violations.front().file == path);
  return report.violations.front().what;
}

bool is_allowed(const std::string& path, const std::string& text) {
  Tree tree;
  const auto report = check(tree.file(path, text).root(), house());
  REQUIRE(report.includes > 0);
  return report.violations.empty();
}

bool says(const std::string& message, const std::string& part) {
  return message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every include of src and include goes to a lower floor or room and knows only its own libraries") {
  const auto report = check(test::source_dir(), house());
  for (const auto& violation : report.violations) {
    FAIL_CHECK(violation.file << ":" << violation.line << ": " << violation.what);
  }
  CHECK(report.files > 20);
  CHECK(report.includes > 100);
}

TEST_CASE("every folder and room that the page draws exists") {
  CHECK(house().size() > 10);
  CHECK(drawn_but_absent(test::source_dir(), house()) == std::vector<std::string>{});
}

TEST_CASE("every path of the page's table exists") {
  const auto paths = paths_of_the_table(page());
  CHECK(paths.size() > 20);
  for (const auto& path : paths) {
    CHECK_MESSAGE(std::filesystem::exists(test::source_dir() / path), path);
  }
}

TEST_CASE("an include from a lower room to a higher one, or to one next to it, is found") {
  CHECK(says(only_violation("src/media/stream/a.cpp", "#include \"media/make/x.hpp\"\n"), "media/make is above it"));
  CHECK(
      says(only_violation("src/media/picture/a.cpp", "#include \"media/sound/x.hpp\"\n"), "media/sound is next to it"));
  CHECK(says(only_violation("src/fal/queue/a.cpp", "#include \"fal/client.hpp\"\n"), "src/fal itself is above it"));
  CHECK(is_allowed("src/fal/a.cpp", "#include \"fal/queue/x.hpp\"\n"));
  CHECK(is_allowed("src/media/make/a.cpp", "#include \"media/ff/x.hpp\"\n#include \"media/make/y.hpp\"\n"));
}

TEST_CASE("of a folder drawn with a star each subfolder is a room, and none may include another") {
  const auto star = read_house("```rooms\n0 core\n1 models *\n```\n");
  CHECK(star.at("models").level_of("react1") == 0);
  CHECK(star.at("models").level_of("") == 1);
  Tree tree;
  tree.file("src/models/a/one.cpp", "#include \"models/b/two.hpp\"\n#include \"core/x.hpp\"\n");
  tree.file("src/models/list.cpp", "#include \"models/a/one.hpp\"\n");
  const auto report = check(tree.root(), star);
  REQUIRE(report.violations.size() == 1);
  CHECK(report.violations.front().file == "src/models/a/one.cpp");
  CHECK(says(report.violations.front().what, "models/b is next to it"));
  CHECK(drawn_but_absent(tree.root(), star) == std::vector<std::string>{"src/core"});
}

TEST_CASE("a room that is not drawn is found, and a room that does not exist") {
  Tree attic;
  const auto report = check(attic.file("src/media/attic/a.cpp", "int x;\n").root(), house());
  REQUIRE(report.violations.size() == 1);
  CHECK(report.violations.front().file == "src/media/attic");
  CHECK(says(report.violations.front().what, "not drawn"));
  Tree tree;
  tree.file("src/core/a.cpp", "int x;\n").file("src/fal/queue/a.cpp", "int x;\n");
  const auto small = read_house("```rooms\n0 core\n2 fal protocol <- queue\n3 stages\n```\n");
  CHECK(drawn_but_absent(tree.root(), small) == std::vector<std::string>{"src/fal/protocol", "src/stages"});
}

TEST_CASE("a room that a star stands for is above what is drawn below it, and next to its like") {
  CHECK(is_allowed("src/hosts/s3/a.cpp", "#include \"hosts/common/x.hpp\"\n#include \"fal/protocol/y.hpp\"\n"));
  CHECK(is_allowed("src/hosts/hosts.cpp", "#include \"hosts/s3/x.hpp\"\n"));
  CHECK(says(only_violation("src/hosts/s3/a.cpp", "#include \"hosts/fal/x.hpp\"\n"), "hosts/fal is next to it"));
  CHECK(says(only_violation("src/hosts/common/a.cpp", "#include \"hosts/s3/x.hpp\"\n"), "hosts/s3 is above it"));
}

TEST_CASE("the stages know the port of the hosts, and none of the hosts") {
  CHECK(is_allowed("src/stages/a.cpp", "#include \"hosts/hosts.hpp\"\n#include <react1/clip_host.hpp>\n"));
  CHECK(says(only_violation("src/stages/a.cpp", "#include \"hosts/fal/x.hpp\"\n"), "known to src/hosts only"));
}

TEST_CASE("two files of one name are found") {
  Tree tree;
  tree.file("src/core/text.hpp", "int x;\n").file("src/plan/text.hpp", "int y;\n").file("src/plan/text.cpp", "\n");
  const auto report = check(tree.root(), house());
  REQUIRE(report.violations.size() == 1);
  CHECK(report.violations.front().what == "has the name of src/core/text.hpp");
}

TEST_CASE("a circle of includes is found") {
  Tree tree;
  tree.file("src/core/a.hpp", "#include \"core/b.hpp\"\n").file("src/core/b.hpp", "#include \"core/c.hpp\"\n");
  tree.file("src/core/c.hpp", "#include \"core/a.hpp\"\n").file("src/core/d.hpp", "#include \"core/b.hpp\"\n");
  const auto report = check(tree.root(), house());
  REQUIRE(report.violations.size() == 1);
  CHECK(says(report.violations.front().what, "src/core/b.hpp -> src/core/c.hpp -> src/core/a.hpp"));
}

TEST_CASE("a page is read into floors and rooms, or refused with the line") {
  const auto read = read_house("# Page\n```rooms\n0  core\n1  media   ff <- {probe, picture} <- make\n```\n1 plan\n");
  REQUIRE(read.size() == 2);
  CHECK(read.at("core").floor == 0);
  CHECK(read.at("core").rooms.empty());
  CHECK(read.at("media").rooms == std::vector<std::vector<std::string>>{{"ff"}, {"probe", "picture"}, {"make"}});
  CHECK(read.at("media").level_of("picture") == 1);
  CHECK(read.at("media").level_of("") == 3);
  CHECK(!read.at("media").level_of("attic"));
  for (const std::string line : {"core 0", "1 media ff <-", "1 media ff <- {probe picture}", "0 core\n0 core"}) {
    CHECK_THROWS_AS((void)read_house("```rooms\n" + line + "\n```\n"), std::runtime_error);
  }
  CHECK_THROWS_AS((void)read_house("0 core\n"), std::runtime_error);
}

TEST_CASE("the paths of the table of places are read") {
  const std::string text =
      "# Page\n| `x` |\n## Where is what\n|a|b|\n| trim | `src/a.cpp`, `src/b.hpp` |\n`c`\n## Next\n| `d` |\n";
  CHECK(paths_of_the_table(text) == std::vector<std::string>{"src/a.cpp", "src/b.hpp"});
}

TEST_CASE("an include that goes up is found") {
  CHECK(says(only_violation("src/core/a.cpp", "#include \"media/probe/probe.hpp\"\n"), "is above it on floor 1"));
  CHECK(says(only_violation("src/fal/a.cpp", "#include \"stages/run.hpp\"\n"), "is above it on floor 4"));
  CHECK(says(only_violation("src/stages/prepare/a.hpp", "#include \"cli/x.hpp\"\n"), "is above it on floor 5"));
  CHECK(says(only_violation("src/doctor/a.cpp", "#include \"cli/x.hpp\"\n"), "is above it"));
}

TEST_CASE("an include that goes sideways on one floor is found") {
  CHECK(says(only_violation("src/plan/a.cpp", "#include \"media/probe/probe.hpp\"\n"), "is next to it on floor 1"));
  CHECK(says(only_violation("src/sandbox/a.cpp", "#include \"stages/run.hpp\"\n"), "is next to it on floor 4"));
  CHECK(says(only_violation("src/recipe/a.cpp", "#include \"record/json.hpp\"\n"), "is next to it on floor 2"));
}

TEST_CASE("angle brackets do not hide an include of a higher floor") {
  CHECK(says(only_violation("src/core/a.cpp", "#include <stages/run.hpp>\n"), "is above it"));
}

TEST_CASE("spaces and tabs in the directive do not hide it") {
  CHECK(says(only_violation("src/core/a.cpp", "\t#\tinclude\t\"media/probe/probe.hpp\"  // why\n"), "is above it"));
  CHECK(says(only_violation("src/core/a.cpp", "#include\"media/probe/probe.hpp\"\r\n"), "is above it"));
}

TEST_CASE("a path that is not relative to src is found") {
  CHECK(says(only_violation("src/core/a.cpp", "#include \"log.hpp\"\n"), "relative to src"));
  CHECK(says(only_violation("src/core/a.cpp", "#include \"core/../media/probe.hpp\"\n"), "relative to src"));
  CHECK(says(only_violation("src/core/a.cpp", "#include \"vendor/x.hpp\"\n"), "no folder src/vendor"));
  CHECK(says(only_violation("src/core/a.cpp", "#include \"react1/error.hpp\"\n"), "<react1/error.hpp>"));
}

TEST_CASE("an include by macro is refused because it can't be checked") {
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
  CHECK(says(only_violation("src/media/make/a.cpp", "#include <ebur128.h>\n"), "src/media/sound/ only"));
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
  const auto report = check(tree.file("src/util/a.cpp", "int x;\n").root(), house());
  REQUIRE(report.violations.size() == 1);
  CHECK(report.violations.front().file == "src/util");
  CHECK(says(report.violations.front().what, "has no floor"));
}

TEST_CASE("a wrong FLOOR in CMakeLists.txt is found") {
  CHECK(says(only_violation("CMakeLists.txt", "react1_module(media FLOOR 2 LINK x)\n"), "FLOOR of media is 1"));
  CHECK(says(only_violation("CMakeLists.txt", "react1_module(attic FLOOR 2)\n"), "FLOOR of attic"));
}

TEST_CASE("what the rules allow is let through") {
  CHECK(is_allowed("src/media/sound/a.cpp", "#include \"core/log.hpp\"\n#include <ebur128.h>\n#include <vector>\n"));
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
  CHECK(says(only_violation("src/core/a.cpp", "/* why */ #include \"cli/x.hpp\"\n"), "is above it"));
  Tree tree;
  const auto report =
      check(tree.file("src/core/a.cpp", "const char* s = \"/*\";\n\n#include \"cli/x.hpp\"\n").root(), house());
  REQUIRE(report.violations.size() == 1);
  CHECK(report.violations.front().line == 3);
}

TEST_CASE("comments are blanked and every line break stays") {
  CHECK(without_comments("a // b\nc /* d\ne */ f") == "a \nc     \n     f");
  CHECK(without_comments("\"// no comment\" // one") == "\"// no comment\" ");
  CHECK(without_comments("/* open") == "       ");
}

}  // namespace react1::arch
