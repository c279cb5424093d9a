// SPDX-License-Identifier: Apache-2.0
// The account's price, queried once a day and cached.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <react1/jobs.hpp>
#include <react1/pipeline.hpp>
#include <string>
#include <utility>

#include "core/atomic_file.hpp"
#include "core/boundary.hpp"
#include "core/clock.hpp"
#include "core/json_text.hpp"
#include "core/log.hpp"
#include "core/sha256.hpp"
#include "fal/platform/platform_api.hpp"
#include "fal/protocol/endpoints.hpp"
#include "store/state_folder.hpp"

namespace react1::REACT1_ABI {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr std::chrono::hours kAskAgainAfter{24};
/// How long a price stays valid is unknown. One that can't be queried again is used for this long.
constexpr std::chrono::hours kTrustedFor{30 * 24};
constexpr std::size_t kMostRemembered = 50;
constexpr milliseconds kPatience{5'000};

struct Remembered {
  Rational usd_per_minute = 0;
  std::chrono::system_clock::time_point asked;
};

/// Does not create the folder. nullopt: there is no place for one; a price is not worth a failure.
std::optional<fs::path> memory_path() {
  try {
    return store::state_folder() / "prices.json";
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// A price belongs to an account, an endpoint and a platform. Of the key only its id is used, which is no secret.
std::string owner_of(const FalOptions& service) {
  const std::string key = service.key.expose();
  return sha256_hex(fal::Endpoints(service).platform() + "\n" + service.endpoint + "\n" + key.substr(0, key.find(':')));
}

/// The cached prices; an empty object if there are none, or if the file can't be read.
Json read_memory() {
  const auto path = memory_path();
  std::error_code ignored;
  if (!path || !fs::is_regular_file(*path, ignored)) return Json::object();
  try {
    Json memory = read_json(read_file(path->string())).value_or(Json(nullptr));
    return memory.is_object() ? memory : Json::object();
  } catch (const Error&) {
    return Json::object();
  }
}

std::optional<Remembered> remembered(const Json& memory, const std::string& owner) {
  const auto found = memory.find(owner);
  if (found == memory.end() || !found->is_object()) return std::nullopt;
  const auto price = found->find("usd_per_minute"), asked = found->find("asked_ms");
  if (price == found->end() || !price->is_string() || asked == found->end() || !asked->is_number_integer()) {
    return std::nullopt;
  }
  try {
    const Rational usd = Rational::parse(price->get_ref<const std::string&>());
    if (usd < 0) return std::nullopt;
    return Remembered{usd, std::chrono::system_clock::time_point(milliseconds(asked->get<std::int64_t>()))};
  } catch (const std::exception&) {  // not a number
    return std::nullopt;
  }
}

void remember(const std::string& owner, const Remembered& price) {
  const auto path = memory_path();
  if (!path) return;
  static_cast<void>(state_directory());  // created when missing
  Json memory = read_memory();
  if (memory.size() >= kMostRemembered) memory = Json::object();
  memory[owner] = {{"usd_per_minute", price.usd_per_minute.to_decimal(9)},
                   {"asked_ms", std::chrono::duration_cast<milliseconds>(price.asked.time_since_epoch()).count()}};
  write_file_atomically(path->string(), json_text(memory));
}

/// If the clock was set back, the age of a price is not known: it is queried again.
bool is_younger(const Remembered& price, std::chrono::hours age) {
  const auto now = system_clock().wall();
  return price.asked <= now && now - price.asked < age;
}

Price price_from(const Remembered& found) {
  return {.usd_per_minute = found.usd_per_minute, .asked_at = iso8601(found.asked)};
}

Price find_remembered(const FalOptions& service, const Price& otherwise) {
  if (fal::Endpoints(service).platform().empty()) return otherwise;
  const auto found = remembered(read_memory(), owner_of(service));
  return found && is_younger(*found, kTrustedFor) ? price_from(*found) : otherwise;
}

Price ask_or_remember(FalClient& client, const Price& otherwise, const RunContext& context) {
  const FalOptions& service = client.options();
  if (!client.has_platform()) return otherwise;
  const std::string owner = owner_of(service);
  const auto found = remembered(read_memory(), owner);
  if (found && is_younger(*found, kAskAgainAfter)) return price_from(*found);
  try {
    // The recipe's price is good enough to continue with, so the wait is short.
    FalOptions quick = service;
    quick.retry.attempts = 1;
    quick.connect_timeout = std::min(quick.connect_timeout, kPatience);
    quick.stall_timeout = std::min(quick.stall_timeout, kPatience);
    quick.webhook_receiver.reset();
    const UnitPrice live = FalClient(std::move(quick)).unit_price(context);
    const std::optional<Rational> usd = fal::usd_per_minute(live);
    if (!usd) {
      context.observer->on_note(
          {Note::Level::warning, "price",
           fmt::format("the account pays {} {} per {}, which can't be converted to USD per minute; "
                       "the recipe's price is used",
                       live.price.to_decimal(4), live.currency, live.unit)});
      return otherwise;
    }
    const Remembered fresh{*usd, system_clock().wall()};
    try {
      remember(owner, fresh);
    } catch (const Error& error) {  // queried again the next time
      log::warning("price", error.what());
    }
    return price_from(fresh);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted) throw;
    context.observer->on_note(
        {Note::Level::info, "price", fmt::format("the price could not be queried: {}", error.what())});
  }
  return found && is_younger(*found, kTrustedFor) ? price_from(*found) : otherwise;
}

}  // namespace

Price remembered_price(const FalOptions& service, const Price& otherwise) {
  return at_boundary("remembered_price", [&] { return find_remembered(service, otherwise); });
}

Price current_price(FalClient& client, const Price& otherwise, const RunContext& context) {
  return at_boundary("current_price", [&] { return ask_or_remember(client, otherwise, context); });
}

}  // namespace react1::REACT1_ABI
