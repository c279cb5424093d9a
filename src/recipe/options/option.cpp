// SPDX-License-Identifier: Apache-2.0
#include "recipe/options/option.hpp"

#include <fmt/format.h>

#include <utility>

#include "recipe/options/typed_value.hpp"

namespace react1::recipe {

Option Option::flagged(FlagGroup group, std::vector<std::string_view> names, std::string_view shown) && {
  flag.group = group;
  flag.names = std::move(names);
  const bool is_switch = schema.value("type", Json()) == "boolean";
  if (!is_switch) flag.metavar = shown.empty() ? fmt::format("{}", fmt::join(words, "|")) : std::string(shown);
  return std::move(*this);
}

Option Option::switched_off_by(FlagGroup group, std::string_view name, std::string_view text) && {
  flag.group = group;
  flag.names = {name};
  flag.turns_off = true;
  flag.help = text;
  return std::move(*this);
}

Option Option::off_by(std::string_view word) && {
  flag.off_word = word;
  words.push_back(word);
  flag.metavar += "|" + std::string(word);
  return std::move(*this);
}

Option Option::null_means(std::string_view meaning) && {
  unset_means = meaning;
  return std::move(*this);
}

Option Option::required_by(std::vector<std::string_view> commands) && {
  flag.required_by = std::move(commands);
  return std::move(*this);
}

Option Option::taken_by(decltype(take) setter) && {
  take = std::move(setter);
  return std::move(*this);
}

Option Option::checked_with_others() && {
  problem = nullptr;
  return std::move(*this);
}

Unit unit_of(std::string_view name) noexcept {
  if (name.ends_with("_ms")) return Unit::milliseconds;
  if (name.ends_with("_bytes")) return Unit::bytes;
  if (name.ends_with("_usd")) return Unit::usd;
  return name.ends_with("_s") ? Unit::seconds : Unit::none;
}

std::string default_text(const Option& option) {
  if (!option.write) return {};
  const Json value = option.write(PipelineOptions{});
  if (value.is_null()) return std::string(option.flag.off_word);
  if (value.is_string()) return value.get<std::string>();
  if (!option.takes_value()) return value.dump();
  if (unit_of(option.pointer) == Unit::bytes) return size_text(value.get<std::int64_t>());
  if (unit_of(option.pointer) == Unit::milliseconds) return decimal_text(Rational(value.get<std::int64_t>(), 1000));
  return value.dump();
}

}  // namespace react1::recipe
