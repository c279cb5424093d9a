// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/webhook_setup.hpp"

#include <fmt/format.h>

#include <memory>
#include <react1/error.hpp>
#include <react1/webhook.hpp>

#include "cli/print/result_output.hpp"
#include "core/log.hpp"
#include "core/printable.hpp"
#include "core/redact.hpp"
#include "http/message/url.hpp"

namespace react1::cli {
namespace {

bool is_on_this_machine(const std::string& url) {
  const auto parsed = http::parse_url(url);
  return parsed && http::is_loopback(*parsed);
}

/// The URL itself is in no message: its query may hold a token.
[[noreturn]] void refuse(const char* why) {
  throw Error(ErrorCode::usage, "--webhook-url", why,
              {.hint = "name the https address of a proxy or tunnel that leads to --webhook-listen; without one, leave "
                       "--webhook-listen out"});
}

}  // namespace

void announce_recipe_webhook(const WebhookPlan& plan, const OptionFlags& flags, bool listens, const Shell& shell) {
  const auto say = [&](const std::string& what) {
    const std::string text = what + "; the recipe sets it, not a flag";
    shell.global.log_format == LogFormat::json ? log::warning("webhook", text)
                                               : print_message("react1: warning: " + printable(text));
  };
  if (!flags.typed.is_given("--webhook-url") && !plan.url.empty()) {
    say("the end of the request, with the URL of its result, will be reported to " + redact_url(plan.url));
  }
  const bool is_open = plan.listen && !plan.listen->address.starts_with("127.");
  if (!flags.typed.is_given("--webhook-listen") && listens && is_open) {
    say(fmt::format("listening for reports on {}, which other machines can reach", plan.listen->address));
  }
}

void set_up_webhook(FalOptions& options, const WebhookPlan& plan, bool stays) {
  options.webhook_url = plan.url;
  options.webhook_poll_interval = plan.poll_interval;
  options.webhook_poll_interval_max = plan.poll_interval_max;
  if (!plan.listen || !stays) return;
  if (!is_on_this_machine(options.queue_url)) {
    if (plan.url.empty()) refuse("is needed: the service sends reports to public addresses only");
    if (is_on_this_machine(plan.url)) refuse("leads to this machine by an address that the service can't reach");
  }
  const auto public_url = http::parse_url(plan.url);
  WebhookReceiverOptions listen;
  listen.address = plan.listen->address;
  listen.port = plan.listen->port;
  if (public_url) listen.path = public_url->path;
  listen.verification.keys_url = webhook_keys_url(options.rest_url);
  options.webhook_receiver = std::make_shared<WebhookReceiver>(listen);
  const std::uint16_t port = options.webhook_receiver->port();
  if (plan.url.empty()) {
    const std::string address = listen.address == "0.0.0.0" ? "127.0.0.1" : listen.address;
    options.webhook_url = fmt::format("http://{}:{}/", address, port);
  }
  log::info("webhook", fmt::format("listening for reports on {}:{}", listen.address, port));
}

}  // namespace react1::cli
