// SPDX-License-Identifier: Apache-2.0
#include "sandbox/service/clip_storage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>
#include <system_error>
#include <utility>

#include "core/json_text.hpp"
#include "core/saturate.hpp"
#include "core/sha256.hpp"
#include "sandbox/protocol/problems.hpp"
#include "sandbox/protocol/route.hpp"
#include "serve/target.hpp"

namespace react1::sandbox {
namespace {

/// The last part of a path, with characters that are unsafe in a path or URL replaced.
std::string safe_name(std::string_view name) {
  if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) name = name.substr(slash + 1);
  std::string safe{name.substr(0, 128)};
  std::replace_if(
      safe.begin(), safe.end(),
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                 c == '_');
      },
      '_');
  return safe.empty() || safe.front() == '.' ? "file" + safe : safe;
}

}  // namespace

std::uint64_t random_bits() {
  static thread_local std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

std::optional<std::chrono::seconds> lifetime_of(std::string_view header) {
  const Json wish = read_json(header).value_or(Json());
  if (!wish.is_object() || !wish.contains("expiration_duration_seconds")) return std::nullopt;
  const Json& seconds = wish["expiration_duration_seconds"];
  if (!seconds.is_number_integer() || seconds.get<std::int64_t>() <= 0) return std::nullopt;
  return std::chrono::seconds{seconds.get<std::int64_t>()};
}

Storage::Storage(std::filesystem::path folder) : folder_(std::move(folder)) {}

void Storage::set_base_url(std::string url) {
  const std::lock_guard lock{mutex_};
  base_url_ = std::move(url);
}

Storage::Slot Storage::add(std::string_view name, std::string_view content_type, std::string signature) {
  const std::lock_guard lock{mutex_};
  std::string id;
  do {
    id = fmt::format("{:08x}", random_bits() & 0xFFFFFFFFU);
  } while (entries_.find(id) != entries_.end());
  Entry entry{.name = safe_name(name), .content_type = std::string{content_type}, .signature = std::move(signature)};
  entry.path = folder_ / (id + "-" + entry.name);
  Slot slot{id, entry.path, fmt::format("{}{}{}/{}", base_url_, file_path, id, entry.name)};
  entries_.emplace(id, std::move(entry));
  return slot;
}

Storage::Slot Storage::reserve(std::string_view name, std::string_view content_type) {
  return add(name, content_type, {});
}

void Storage::publish(const Slot& slot) {
  const std::lock_guard lock{mutex_};
  entries_.at(slot.id).present = true;
}

serve::Response Storage::initiate(const serve::Request& request, bool in_parts) {
  const Json body = read_json(request.body).value_or(Json());
  std::vector<Problem> problems;
  std::array<std::string, 2> values;
  constexpr std::array<const char*, 2> names{"file_name", "content_type"};
  for (std::size_t i = 0; i < 2; ++i) {
    const bool there = body.is_object() && body.contains(names.at(i));
    if (there && body[names.at(i)].is_string() && !body[names.at(i)].get_ref<const std::string&>().empty()) {
      values.at(i) = body[names.at(i)].get<std::string>();
    } else {
      problems.push_back({{"body", names.at(i)},
                          there ? "string_type" : "missing",
                          there ? "Input should be a valid string" : "Field required",
                          nullptr,
                          nullptr});
    }
  }
  if (!problems.empty()) return problems_response(problems);
  const bool header_safe = values[1].find_first_of("\r\n") == std::string::npos;
  std::string signature = fmt::format("{:016x}{:016x}", random_bits(), random_bits());
  const Slot slot = add(values[0], header_safe ? values[1] : "application/octet-stream", signature);
  set_lifetime(slot.id, lifetime_of(request.header("X-Fal-Object-Lifecycle")));
  const std::string tail = slot.url.substr(base_url_.size() + file_path.size());
  const std::string_view path = in_parts ? multipart_path : upload_path;
  return json_response(200, Json{{"upload_url", fmt::format("{}{}{}?signature={}", base_url_, path, tail, signature)},
                                 {"file_url", slot.url}});
}

std::optional<std::string> Storage::find(std::string_view id_and_name) const {
  const auto slash = id_and_name.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto found = entries_.find(std::string{id_and_name.substr(0, slash)});
  if (found == entries_.end() || found->second.name != id_and_name.substr(slash + 1)) return std::nullopt;
  return found->first;
}

std::optional<serve::Response> Storage::refuse_signature(const serve::RequestHead& head, std::string_view tail) const {
  const std::lock_guard lock{mutex_};
  const auto id = find(tail);
  if (head.has_header("Authorization")) {
    // A presigned URL is the only credential; a key sent with it has leaked to the storage host.
    return detail_response(400, "Only one auth mechanism allowed: the URL is signed, send no Authorization header");
  }
  if (!id) return detail_response(404, "No such upload");
  const Entry& entry = entries_.at(*id);
  if (entry.signature.empty() || head.query_item("signature") != entry.signature) {
    return detail_response(403, "The signature does not match");
  }
  if (entry.expired) return detail_response(403, "The signed URL has expired");
  return std::nullopt;
}

serve::BodyPlan Storage::plan_upload(const serve::RequestHead& head, std::string_view tail) {
  serve::BodyPlan plan;
  plan.max_bytes = max_upload;
  plan.refuse = refuse_signature(head, tail);
  const std::lock_guard lock{mutex_};
  if (!plan.refuse) plan.file = folder_ / fmt::format("incoming-{}", uploads_++);
  return plan;
}

serve::Response Storage::finish_upload(const serve::Request& request, std::string_view tail) {
  if (request.body_bytes == 0) return detail_response(400, "The body is empty");
  const std::lock_guard lock{mutex_};
  const auto id = find(tail);
  if (!id) return detail_response(404, "No such upload");
  auto& entry = entries_.at(*id);
  std::error_code failed;
  std::filesystem::rename(request.body_file, entry.path, failed);
  if (failed) return detail_response(500, "The file can't be stored");
  entry.present = true;
  entry.sha256.clear();
  return json_response(200, Json::object());
}

serve::Response Storage::file(std::string_view tail) const {
  const std::lock_guard lock{mutex_};
  const auto id = find(tail);
  if (!id || !entries_.at(*id).present || entries_.at(*id).is_gone()) return detail_response(404, "File not found");
  serve::Response response;
  response.headers.emplace("Content-Type", entries_.at(*id).content_type);
  response.body = serve::FileBody{entries_.at(*id).path};
  return response;
}

void Storage::expire(std::string_view tail) {
  const std::lock_guard lock{mutex_};
  if (const auto id = find(tail)) entries_.at(*id).expired = true;
}

void Storage::set_lifetime(const std::string& id, std::optional<std::chrono::seconds> lifetime) {
  const std::lock_guard lock{mutex_};
  if (lifetime) entries_.at(id).ends = saturating_add(std::chrono::steady_clock::now(), *lifetime);
}

bool Storage::is_own(std::string_view url) const {
  const std::lock_guard lock{mutex_};
  return url.starts_with(base_url_ + std::string{file_path});
}

std::optional<std::filesystem::path> Storage::local_file(std::string_view url) const {
  if (!is_own(url)) return std::nullopt;
  const auto target = serve::parse_target(url);
  if (!target) return std::nullopt;
  const std::lock_guard lock{mutex_};
  const auto id = find(std::string_view{target->path}.substr(file_path.size()));
  if (!id || !entries_.at(*id).present || entries_.at(*id).is_gone()) return std::nullopt;
  return entries_.at(*id).path;
}

std::string Storage::identity(std::string_view url) {
  const auto path = local_file(url);
  if (!path) return std::string{url};
  const auto target = serve::parse_target(url);
  std::string id;
  {
    const std::lock_guard lock{mutex_};
    id = find(std::string_view{target->path}.substr(file_path.size())).value_or("");
    if (!entries_.at(id).sha256.empty()) return entries_.at(id).sha256;
  }
  std::string sha256 = sha256_file(*path);
  const std::lock_guard lock{mutex_};
  return entries_.at(id).sha256 = std::move(sha256);
}

}  // namespace react1::sandbox
