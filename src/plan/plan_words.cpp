// SPDX-License-Identifier: Apache-2.0
#include "plan/plan_words.hpp"

#include <algorithm>

namespace react1::planning {

std::string brief(const Rational& value) {
  std::string text = value.to_decimal(/*places=*/3);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string rate_text(const Rational& fps) {
  return fps.den() == 1 ? std::to_string(fps.num()) : fps.to_decimal(/*places=*/3);
}

std::string counted(std::int64_t count, const char* singular) {
  return std::to_string(count) + " " + singular + (count == 1 ? "" : "s");
}

std::string instants(const std::vector<Seconds>& times, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(times.size(), most); ++i) text += (i == 0 ? "" : ", ") + brief(times[i]);
  text += " s";
  if (times.size() > most) text += " and " + std::to_string(times.size() - most) + " more";
  return text;
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); });
  return text;
}

}  // namespace react1::planning
