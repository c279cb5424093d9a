// SPDX-License-Identifier: Apache-2.0
// react1 completion: what the scripts offer to a user.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "e2e/program.hpp"

namespace {

using namespace react1::test;

/// Whether this machine has `shell`.
bool has_shell(const User& user, const std::string& shell) {
  return user.shell("command -v " + shell + " > /dev/null").exit == 0;
}

/// The script of `shell`, written to a file of the user's.
std::string script_of(const User& user, const std::string& shell) {
  const Outcome outcome = user.run({"completion", shell});
  CHECK(outcome.exit == 0);
  CHECK(outcome.err.empty());
  const std::string path = user.path("react1." + shell);
  std::ofstream(path) << outcome.out;
  return path;
}

std::vector<std::string> words_in(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// What bash's completion function offers for the last of `words`.
std::vector<std::string> offered(const User& user, const std::string& script, const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += " '" + word + "'";
  std::ofstream(user.path("ask.bash")) << "source '" << script << "'\nCOMP_WORDS=(react1" << line
                                       << ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_react1\n"
                                       << "printf '%s\\n' \"${COMPREPLY[@]}\"\n";
  const Outcome outcome = user.shell("bash --norc '" + user.path("ask.bash") + "'");
  CHECK(outcome.exit == 0);
  CHECK(outcome.err.empty());
  return words_in(outcome.out);
}

bool holds(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

TEST_CASE("bash completes commands, flags, their values and files") {
  const User user;
  REQUIRE(has_shell(user, "bash"));
  const std::string script = script_of(user, "bash");
  using Words = std::vector<std::string>;
  CHECK(offered(user, script, {"pre"}) == Words{"prepare", "preview"});
  CHECK(offered(user, script, {"jobs", ""}) == Words{"list", "show", "resolve"});
  CHECK(offered(user, script, {"run", "--emotion", "s"}) == Words{"sad", "surprised"});
  CHECK(offered(user, script, {"run", "--lipsync-mode", ""}) ==
        Words{"auto", "cut_off", "loop", "bounce", "silence", "remap"});
  CHECK(offered(user, script, {"plan", "--fps", "="}) == Words{"recommended", "keep"});
  CHECK(offered(user, script, {"plan", "--fps", "=", "re"}) == Words{"recommended"});
  CHECK(offered(user, script, {"run", "--loudness", ""}) == Words{"off"});
  CHECK(offered(user, script, {"run", "--max-cost", ""}).empty());
  CHECK(offered(user, script, {"--log-format", ""}) == Words{"text", "json"});
  CHECK(offered(user, script, {"jobs", "list", "--state", "out"}) == Words{"outcome_unknown"});
  CHECK(offered(user, script, {"completion", "f"}) == Words{"fish"});
  CHECK(offered(user, script, {"run", "v.mp4", "--look-up-"}) == Words{"--look-up-attempts", "--look-up-wait"});
  CHECK(offered(user, script, {"jobs", "resolve", "--pay"}) == Words{"--pay-again"});
  CHECK_FALSE(holds(offered(user, script, {"submit", "--"}), "--on-interrupt"));
  std::ofstream(user.path("voice.wav")) << "x";
  CHECK(offered(user, script, {"run", user.path("voi")}) == Words{user.path("voice.wav")});
  CHECK(offered(user, script, {"run", "-o", user.path("voi")}) == Words{user.path("voice.wav")});
  CHECK(offered(user, script, {"status", user.path("voi")}).empty());
}

/// The long flags that a help text declares: a line begins with them.
std::vector<std::string> declared_flags(const std::string& help) {
  std::istringstream lines(help);
  std::vector<std::string> flags;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  -")) continue;
    std::istringstream names(line.substr(2, line.find(' ', 2) - 2));
    for (std::string name; std::getline(names, name, ',');) {
      if (name.starts_with("--")) flags.push_back(name);
    }
  }
  return flags;
}

TEST_CASE("bash is offered every flag that --help shows, and no other") {
  const User user;
  const std::string script = script_of(user, "bash");
  const std::vector<std::string> everywhere = declared_flags(user.run({"--help"}).out);
  CHECK(holds(everywhere, "--log-format"));
  for (const std::string command : {"probe", "run", "submit", "result", "sandbox"}) {
    CAPTURE(command);
    std::vector<std::string> shown = declared_flags(user.run({command, "--help"}).out);
    shown.insert(shown.end(), everywhere.begin(), everywhere.end());
    std::sort(shown.begin(), shown.end());
    shown.erase(std::unique(shown.begin(), shown.end()), shown.end());
    std::vector<std::string> flags = offered(user, script, {command, "--"});
    std::sort(flags.begin(), flags.end());
    CHECK(flags == shown);
  }
}

TEST_CASE("zsh and fish understand their scripts") {
  const User user;
  for (const std::string shell : {"zsh", "fish"}) {
    CAPTURE(shell);
    const std::string script = script_of(user, shell);
    std::ifstream file(script);
    std::ostringstream text;
    text << file.rdbuf();
    CHECK(text.str().find("happy sad angry") != std::string::npos);
    CHECK(text.str().find("lipsync-mode") != std::string::npos);
    if (!has_shell(user, shell)) {
      MESSAGE("no ", shell, " on this machine: its script is not run");
      continue;
    }
    const Outcome outcome = user.shell(shell + " -n '" + script + "'");
    CHECK(outcome.exit == 0);
    CHECK(outcome.err.empty());
  }
  if (has_shell(user, "fish")) {
    const std::string script = script_of(user, "fish");
    const Outcome outcome =
        user.shell("fish --no-config -c \"source '" + script + "'; complete -C 'react1 run --emotion s'\"");
    CHECK(outcome.out.find("surprised") != std::string::npos);
    CHECK(outcome.out.find("happy") == std::string::npos);
  }
}

TEST_CASE("another shell is a usage error that names the three") {
  const User user;
  const Outcome outcome = user.run({"completion", "tcsh"});
  CHECK(outcome.exit == 2);
  CHECK(outcome.err.find("bash") != std::string::npos);
  CHECK(user.run({"completion"}).exit == 2);
}

}  // namespace
