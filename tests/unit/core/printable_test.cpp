// SPDX-License-Identifier: Apache-2.0
#include "core/printable.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/json_text.hpp"

namespace react1 {
namespace {

TEST_CASE("ordinary text in any script stays as it is") {
  for (const char* text : {"", "plain", "C:\\folder\\x", "Grüße, 日本語, עברית, العربية", "🎬 clip (1).mp4", "a\u0301",
                           "می\u200cخواهم 👨\u200d👩\u200d👧"}) {
    CAPTURE(text);
    CHECK(printable(text) == text);
  }
}

TEST_CASE("what would act on a terminal becomes visible") {
  CHECK(printable("a\x1b[31mb") == "a\\x1b[31mb");
  CHECK(printable("\x1b]0;title\x07") == "\\x1b]0;title\\x07");
  CHECK(printable("one\r\ntwo\tthree\n") == "one\\x0d\\ntwo\\x09three\\n");
  CHECK(printable(std::string("a\0b", 3)) == "a\\x00b");
  CHECK(printable("\x7f") == "\\x7f");
  CHECK(printable("\u0085\u009b2J") == "\\u{85}\\u{9b}2J");                // C1, as UTF-8
  CHECK(printable("\x9b\x32J") == "\\x9b2J");                              // C1, as a byte
  CHECK(printable("\u202egpj.exe\u202c") == "\\u{202e}gpj.exe\\u{202c}");  // bidi override
  CHECK(printable("\u2066x\u2069\u200f\u061c") == "\\u{2066}x\\u{2069}\\u{200f}\\u{61c}");
  CHECK(printable("a\u2028b\u2029c\u200b") == "a\\u{2028}b\\u{2029}c\\u{200b}");
  CHECK(printable("\U000E0041") == "\\u{e0041}");  // a tag character
}

TEST_CASE("what is no UTF-8 becomes its bytes") {
  CHECK(printable("\xff\xfe") == "\\xff\\xfe");
  CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");           // overlong
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // surrogate
  CHECK(printable("\xf5\x80\x80\x80") == "\\xf5\\x80\\x80\\x80");
  CHECK(printable("caf\xc3") == "caf\\xc3");  // cut off
  CHECK(printable("\xc3(") == "\\xc3(");
}

TEST_CASE("lines of our own stay lines") {
  CHECK(printable_lines("a\tb\n\x1b[2J\n") == "a\tb\n\\x1b[2J\n");
}

TEST_CASE("what is printable is printable already") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const char* text : {"\u202e\u0085\x1b", "x\ny"}) all += text;
  CHECK(printable(printable(all)) == printable(all));
}

TEST_CASE("JSON text says the same and nothing in it acts on a terminal") {
  const std::string nasty = "\x1b[31m \u009b \u202e \x7f \U000E0041 \\u202e \"q\" \n 日本";
  const Json document{{"message", nasty}, {nasty, 1.5}};
  for (const int indent : {-1, 2}) {
    const std::string text = json_text(document, indent);
    CHECK(printable_lines(text) == text);
    CHECK(Json::parse(text) == document);
  }
  CHECK(json_text(Json("日本"), -1) == "\"日本\"");
  CHECK(json_text(Json("\u202e"), -1) == "\"\\u202e\"");
  CHECK(json_text(Json("\U000E0041"), -1) == "\"\\udb40\\udc41\"");
}

TEST_CASE("a word for a shell is that word again, and nothing else happens") {
  for (const char* word :
       {"plain", "/a/b-1.mp4", "with blank", "it's", "`touch x`", "$(touch x)", "a;b", "-rf", "*",  "",
        "a\nb",  "x\x1b[2J'y", "\u202e",     "\xff", "line\n",    "!!",         "~",   "=ls", "#c", "a\\b"}) {
    CAPTURE(word);
    const std::string quoted = shell_word(word);
    CHECK(printable(quoted) == quoted);
    const std::string script = "bash -c '" + [&] {
      std::string inner;  // inside single quotes of this very command
      for (const char letter : "printf %s " + quoted)
        inner += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
      return inner;
    }() + "'";
    FILE* pipe = ::popen(script.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 256> buffer{};
    const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe);
    ::pclose(pipe);
    CHECK(std::string(buffer.data(), size) == word);
  }
}

TEST_CASE("JSON that is nested too deep is invalid for every reader") {
  const auto nested = [](int levels, char open, char close) {
    return std::string(static_cast<std::size_t>(levels), open) + std::string(static_cast<std::size_t>(levels), close);
  };
  CHECK(read_json(nested(kMaxJsonDepth, '[', ']')));
  CHECK_FALSE(read_json(nested(kMaxJsonDepth + 1, '[', ']')));
  CHECK_FALSE(read_json(nested(1'000'000, '[', ']')));
  CHECK_FALSE(read_json(std::string(1'000'000, '[')));
  std::string objects;
  for (int i = 0; i < 60'000; ++i) objects += "{\"a\":";
  CHECK_FALSE(read_json(objects));
  CHECK_THROWS_WITH_AS((void)parse_json(nested(60'000, '[', ']'), "here", ErrorCode::usage),
                       doctest::Contains("nested deeper"), Error);
  CHECK_FALSE(read_json("not json"));
  CHECK(read_json("1") == Json(1));
}

}  // namespace
}  // namespace react1
