// SPDX-License-Identifier: Apache-2.0
#include "arch/includes.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <sstream>

namespace react1::arch {
namespace {

std::optional<Include> parse_include(const std::string& line, int number) {
  static const std::regex directive(R"(^\s*#\s*include(?:_next)?\s*(.*?)\s*$)");
  std::smatch match;
  if (!std::regex_match(line, match, directive)) {
    return std::nullopt;
  }
  const std::string target = match[1];
  const char close = target.empty() ? '\0' : target.front() == '<' ? '>' : target.front() == '"' ? '"' : '\0';
  const auto end = close == '\0' ? std::string::npos : target.find(close, 1);
  if (end == std::string::npos) {
    return Include{number, false, ""};
  }
  return Include{number, close == '"', target.substr(1, end - 1)};
}

// Copies one string or character literal that begins at `at`; an include path in quotes is one too.
std::size_t copy_literal(std::string_view text, std::size_t at, std::string& out) {
  const char quote = text[at];
  out += text[at++];
  while (at < text.size() && text[at] != quote && text[at] != '\n') {
    if (text[at] == '\\' && at + 1 < text.size()) out += text[at++];
    out += text[at++];
  }
  if (at < text.size() && text[at] == quote) out += text[at++];
  return at;
}

}  // namespace

std::vector<Include> includes_of(std::string_view text) {
  std::vector<Include> found;
  std::istringstream lines(without_comments(text));
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (auto include = parse_include(line, number)) {
      found.push_back(std::move(*include));
    }
  }
  return found;
}

std::string without_comments(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const auto rest = text.substr(at);
    if (rest.starts_with("//")) {
      at = std::min(text.find('\n', at), text.size());
    } else if (rest.starts_with("/*")) {
      const auto close = text.find("*/", at + 2);
      const auto end = close == std::string_view::npos ? text.size() : close + 2;
      for (; at < end; ++at) out += text[at] == '\n' ? '\n' : ' ';
    } else if (text[at] == '"') {
      at = copy_literal(text, at, out);
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw std::filesystem::filesystem_error("cannot read", path, std::make_error_code(std::errc::io_error));
  }
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool is_source(const std::filesystem::path& path) {
  static const std::vector<std::string> kExtensions{".hpp", ".cpp", ".h",   ".c",   ".cc", ".cxx",
                                                    ".hh",  ".hxx", ".inl", ".ipp", ".in"};
  return std::find(kExtensions.begin(), kExtensions.end(), path.extension().string()) != kExtensions.end();
}

}  // namespace react1::arch
