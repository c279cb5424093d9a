// SPDX-License-Identifier: Apache-2.0
// A place in a JSON document that knows its own path, so that an error names file, path, what was found and what is
// allowed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <react1/error.hpp>
#include <react1/rational.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/enum_names.hpp"
#include "core/json_text.hpp"

namespace react1::record {

/// Refers to a document that must outlive it.
class Node {
 public:
  Node(const Json& value, std::string file, ErrorCode on_failure)
      : Node(value, std::move(file), /*path=*/"", on_failure) {}

  /// A required member (it may be null).
  [[nodiscard]] Node at(std::string_view key) const;
  /// A member that may be missing or null; both give nullopt.
  [[nodiscard]] std::optional<Node> find(std::string_view key) const;
  /// What `read` gives of a member that may be missing or null: maybe("bytes", &Node::integer).
  template <class T>
  [[nodiscard]] std::optional<T> maybe(std::string_view key, T (Node::*read)() const) const {
    const std::optional<Node> found = find(key);
    return found ? std::optional(((*found).*read)()) : std::nullopt;
  }
  [[nodiscard]] std::vector<Node> items() const;

  [[nodiscard]] std::string text() const;
  /// Null is the empty text.
  [[nodiscard]] std::string text_or_empty() const;
  [[nodiscard]] std::int64_t integer() const;
  [[nodiscard]] int small_integer() const;
  [[nodiscard]] double real() const;
  [[nodiscard]] bool flag() const;
  /// A decimal, to nine places.
  [[nodiscard]] Rational decimal() const;
  /// {"num","den"}.
  [[nodiscard]] Rational rational() const;
  /// Null is 0.
  [[nodiscard]] Rational rate() const;
  [[nodiscard]] std::vector<std::string> texts() const;

  /// A name of the enumeration; one of `allowed`, where not all are valid here.
  template <class Enum>
  [[nodiscard]] Enum word(std::initializer_list<Enum> allowed = {}) const {
    const std::string found = text();
    std::string names;
    for (std::size_t i = 0; i < enum_words<Enum>().size(); ++i) {
      const auto value = static_cast<Enum>(i);
      if (allowed.size() > 0 && std::find(allowed.begin(), allowed.end(), value) == allowed.end()) continue;
      if (enum_word(value) == found) return value;
      names += (names.empty() ? "" : ", ") + std::string(enum_word(value));
    }
    fail("one of " + names);
  }

  [[noreturn]] void fail(const std::string& expected) const;
  [[nodiscard]] const Json& json() const noexcept { return *value_; }

 private:
  Node(const Json& value, std::string file, std::string path, ErrorCode on_failure)
      : value_(&value), file_(std::move(file)), path_(std::move(path)), on_failure_(on_failure) {}

  const Json* value_;
  std::string file_, path_;
  ErrorCode on_failure_;
};

}  // namespace react1::record
