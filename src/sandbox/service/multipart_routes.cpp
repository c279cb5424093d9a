// SPDX-License-Identifier: Apache-2.0
// Uploads in parts: each part is a separate file until the list of all of them arrives.
#include <fmt/format.h>

#include <fstream>
#include <system_error>
#include <utility>

#include "core/json_text.hpp"
#include "core/number.hpp"
#include "sandbox/protocol/problems.hpp"
#include "sandbox/service/clip_storage.hpp"

namespace react1::sandbox {
namespace {

constexpr int most_parts = 10'000;

std::optional<int> part_number(std::string_view text) {
  const auto number = read_number<int>(text);
  return number && *number >= 1 && *number <= most_parts ? number : std::nullopt;
}

serve::Response wrong_part(std::string_view text) {
  return detail_response(400, text);
}

/// Appends the file and removes it. False when it can't be done.
bool move_into(std::ofstream& whole, const std::filesystem::path& part) {
  {
    std::ifstream in(part, std::ios::binary);
    if (!in || !(whole << in.rdbuf())) return false;
  }
  std::error_code ignored;
  std::filesystem::remove(part, ignored);
  return true;
}

}  // namespace

serve::Response Storage::finish_part(const serve::Request& request, std::string_view tail, std::string_view number) {
  // A faulty client sends parts without data (fal-ai/fal#1146); the file would be truncated without an error.
  if (request.body_bytes == 0) return wrong_part("The part is empty");
  const auto n = part_number(number);
  if (!n) return wrong_part(fmt::format("The part's number must be a whole number from 1 to {}", most_parts));
  const std::lock_guard lock{mutex_};
  const auto id = find(tail);
  if (!id) return detail_response(404, "No such upload");
  Entry& entry = entries_.at(*id);
  if (entry.present) return detail_response(404, "The upload is complete");
  Part part{fmt::format("\"{:016x}{:016x}\"", random_bits(), random_bits()),
            folder_ / fmt::format("part-{}-{}", *id, *n)};
  std::error_code failed;
  std::filesystem::rename(request.body_file, part.path, failed);
  if (failed) return detail_response(500, "The part can't be stored");
  auto response = json_response(200, Json{{"partNumber", *n}, {"etag", part.etag}});
  response.headers.emplace("ETag", part.etag);
  entry.parts.insert_or_assign(*n, std::move(part));
  return response;
}

std::variant<std::vector<Storage::Part>, serve::Response> Storage::listed(std::string_view body,
                                                                          const Entry& entry) const {
  const Json wish = read_json(body).value_or(Json());
  if (!wish.is_object() || !wish.contains("parts") || !wish["parts"].is_array() || wish["parts"].empty()) {
    return wrong_part("The body must be {\"parts\": [{\"partNumber\": 1, \"etag\": \"…\"}, …]}");
  }
  std::map<int, Part> chosen;  // clients list the parts in the order of completion
  for (const Json& item : wish["parts"]) {
    const bool well_formed = item.is_object() && item.contains("partNumber") &&
                             item["partNumber"].is_number_integer() && item.contains("etag") &&
                             item["etag"].is_string();
    if (!well_formed) return wrong_part("Each part needs its partNumber, a number, and its etag, text");
    const auto number = item["partNumber"].get<std::int64_t>();
    const auto found =
        number < 1 || number > most_parts ? entry.parts.end() : entry.parts.find(static_cast<int>(number));
    if (found == entry.parts.end()) return wrong_part(fmt::format("Part {} was not uploaded", number));
    if (found->second.etag != item["etag"].get_ref<const std::string&>()) {
      return wrong_part(fmt::format("The etag of part {} does not match", number));
    }
    if (!chosen.insert(*found).second) return wrong_part(fmt::format("Part {} is listed twice", number));
  }
  std::vector<Part> parts;
  parts.reserve(chosen.size());
  for (auto& [number, part] : chosen) parts.push_back(std::move(part));
  return parts;
}

serve::Response Storage::complete(std::string_view body, std::string_view tail) {
  std::vector<Part> parts;
  std::filesystem::path target;
  std::string id;
  {
    const std::lock_guard lock{mutex_};
    const auto found = find(tail);
    if (!found) return detail_response(404, "No such upload");
    id = *found;
    Entry& entry = entries_.at(id);
    if (entry.present) return json_response(200, Json::object());  // a client that did not receive the first answer
    auto choice = listed(body, entry);
    if (auto* refusal = std::get_if<serve::Response>(&choice)) return std::move(*refusal);
    parts = std::get<std::vector<Part>>(std::move(choice));
    target = entry.path;
  }
  std::ofstream whole(target, std::ios::binary | std::ios::trunc);
  for (const Part& part : parts) {
    if (!move_into(whole, part.path)) return detail_response(500, "The file can't be stored");
  }
  whole.close();
  if (!whole) return detail_response(500, "The file can't be stored");
  const std::lock_guard lock{mutex_};
  entries_.at(id).present = true;
  entries_.at(id).parts.clear();
  return json_response(200, Json::object());
}

}  // namespace react1::sandbox
