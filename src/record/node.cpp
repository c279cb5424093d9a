// SPDX-License-Identifier: Apache-2.0
#include "record/node.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace react1::record {
namespace {

/// A value in an error message: enough to recognise it.
std::string shown(const Json& value) {
  constexpr std::size_t kLongest = 60;
  std::string text = json_text(value, /*indent=*/-1);
  return text.size() > kLongest ? text.substr(0, kLongest) + "…" : text;
}

}  // namespace

void Node::fail(const std::string& expected) const {
  throw Error(
      on_failure_, file_,
      fmt::format("at {} there is {}, but {} is expected", path_.empty() ? "/" : path_, shown(*value_), expected),
      {.hint = "is this a document that react1 wrote?"});
}

Node Node::at(std::string_view key) const {
  if (!value_->is_object()) fail("an object");
  const auto found = value_->find(std::string(key));
  if (found == value_->end()) {
    throw Error(on_failure_, file_, fmt::format("{}/{} is missing", path_, key),
                {.hint = "is this a document that react1 wrote?"});
  }
  return {*found, file_, fmt::format("{}/{}", path_, key), on_failure_};
}

std::optional<Node> Node::find(std::string_view key) const {
  if (!value_->is_object()) fail("an object");
  const auto found = value_->find(std::string(key));
  if (found == value_->end() || found->is_null()) return std::nullopt;
  return Node{*found, file_, fmt::format("{}/{}", path_, key), on_failure_};
}

std::vector<Node> Node::items() const {
  if (!value_->is_array()) fail("a list");
  std::vector<Node> nodes;
  for (std::size_t i = 0; i < value_->size(); ++i) {
    nodes.push_back(Node{(*value_)[i], file_, fmt::format("{}/{}", path_, i), on_failure_});
  }
  return nodes;
}

std::string Node::text() const {
  if (!value_->is_string()) fail("text");
  return value_->get<std::string>();
}

std::string Node::text_or_empty() const {
  return value_->is_null() ? std::string() : text();
}

std::int64_t Node::integer() const {
  const bool too_large = value_->is_number_unsigned() &&
                         value_->get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  if (!value_->is_number_integer() || too_large) fail("a whole number");
  return value_->get<std::int64_t>();
}

int Node::small_integer() const {
  const std::int64_t value = integer();
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) fail("a small whole number");
  return static_cast<int>(value);
}

double Node::real() const {
  if (!value_->is_number()) fail("a number");
  return value_->get<double>();
}

bool Node::flag() const {
  if (!value_->is_boolean()) fail("true or false");
  return value_->get<bool>();
}

Rational Node::decimal() const {
  constexpr double kLargest = 1e9;  // 9 decimals of it still fit 64 bits
  const double value = real();
  if (!std::isfinite(value) || std::abs(value) >= kLargest) fail("a number of a sensible size");
  return Rational::parse(fmt::format("{:.9f}", value));
}

Rational Node::rational() const {
  const std::int64_t den = at("den").integer();
  if (den <= 0) at("den").fail("a number above 0");
  return {at("num").integer(), den};
}

Rational Node::rate() const {
  return value_->is_null() ? Rational(0) : rational();
}

std::vector<std::string> Node::texts() const {
  std::vector<std::string> all;
  for (const Node& item : items()) all.push_back(item.text());
  return all;
}

}  // namespace react1::record
