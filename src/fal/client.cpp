// SPDX-License-Identifier: Apache-2.0
// The public client: options validated once, then one function per call. Uploads are defined in hosts/fal.
#include <memory>
#include <react1/error.hpp>
#include <react1/fal.hpp>
#include <react1/version.hpp>
#include <react1/webhook.hpp>
#include <utility>

#include "core/boundary.hpp"
#include "fal/client_impl.hpp"
#include "fal/platform/platform_api.hpp"
#include "fal/platform/platform_history.hpp"
#include "fal/protocol/service_identity.hpp"
#include "fal/queue/queue.hpp"
#include "fal/queue/wait.hpp"
#include "fal/transfer/download.hpp"

namespace react1 {

namespace {

/// A stop or a local failure during a paid request carries its id too.
template <class Call>
auto naming(const RequestRef& request, const Call& call) {
  try {
    return at_boundary("the service's answer", call);
  } catch (const Error& error) {
    if (!error.request_id().empty()) throw;
    throw error.with_request_id(request.request_id);
  }
}

/// Called when handling an exception that is not an Error: the call was in progress, and this side could not continue.
Error lost_at_home() {
  std::string cause;
  try {
    rethrow_as_error("submit");
  } catch (const Error& error) {
    cause = error.what();
  }
  return {ErrorCode::outcome_unknown,
          "submitting",
          "the paid request was sent, but whether it was accepted is not known",
          {.detail = std::move(cause),
           .hint = "look at fal.ai/dashboard/requests for a request of this minute; nothing is sent again by itself, "
                   "because a second request would be paid too"}};
}

}  // namespace

FalClient::Impl::Impl(FalOptions given)
    : options((fal::check_options(given), fal::within_time(std::move(given)))),
      transport("react1/" + std::string(version()),
                std::make_shared<http::GatePolicy>(http::GatePolicy{options.host, options.retry})),
      session(options, transport, system_clock(), http::system_dice()),
      waits(session, transport) {}

FalClient::FalClient(FalOptions options)
    : impl_(at_boundary("FalClient", [&] { return std::make_unique<Impl>(std::move(options)); })) {}
FalClient::FalClient(FalClient&&) noexcept = default;
FalClient& FalClient::operator=(FalClient&&) noexcept = default;
FalClient::~FalClient() = default;

const FalOptions& FalClient::options() const noexcept {
  return impl_->options;
}

RequestRef FalClient::submit(const Parameters& parameters, const std::string& video_url, const std::string& audio_url,
                             const RunContext& context, const SubmitWatch& watch) {
  bool may_have_left = false;
  SubmitWatch ours = watch;
  ours.about_to_leave = [&] {
    if (watch.about_to_leave) watch.about_to_leave();
    may_have_left = true;
  };
  ours.not_accepted = [&] {
    may_have_left = false;
    if (watch.not_accepted) watch.not_accepted();
  };
  try {
    return fal::submit_request(impl_->session, parameters, video_url, audio_url, context, ours);
  } catch (const Error&) {
    throw;
  } catch (...) {
    if (may_have_left) throw lost_at_home();
    rethrow_as_error("submit");
  }
}

QueueStatus FalClient::status(const RequestRef& request, const RunContext& context) {
  return naming(request, [&] { return fal::request_status(impl_->session, request, context); });
}

QueueStatus FalClient::wait(const RequestRef& request, const RunContext& context) {
  return naming(request, [&] { return fal::wait_for_completion(impl_->session, request, context); });
}

void FalClient::wait_async(const RequestRef& request, const RunContext& context, std::function<void(WaitResult)> done) {
  naming(request, [&] { impl_->waits.start(request, context, std::move(done)); });
}

std::future<QueueStatus> FalClient::wait_async(const RequestRef& request, const RunContext& context) {
  const auto promise = std::make_shared<std::promise<QueueStatus>>();
  wait_async(request, context, [promise](WaitResult result) {
    if (result.status) {
      promise->set_value(std::move(*result.status));
    } else {
      promise->set_exception(std::make_exception_ptr(std::move(*result.error)));
    }
  });
  return promise->get_future();
}

ResultVideo FalClient::result(const RequestRef& request, const RunContext& context) {
  return naming(request, [&] { return fal::request_result(impl_->session, request, context); });
}

void FalClient::download(const ResultVideo& result, const std::string& path, const RunContext& context) {
  at_boundary("download", [&] { fal::download_result(impl_->session, result, path, context); });
}

CancelOutcome FalClient::cancel(const RequestRef& request, const RunContext& context) {
  return naming(request, [&] { return fal::cancel_request(impl_->session, request, context); });
}

ServiceIdentity FalClient::identity(const RunContext& context) {
  return at_boundary("identity", [&] { return fal::service_identity(impl_->session, context); });
}

bool FalClient::has_platform() const noexcept {
  return !impl_->session.endpoints().platform().empty();
}

std::vector<HistoryEntry> FalClient::history(const HistoryQuery& query, const RunContext& context) {
  return at_boundary("history", [&] { return fal::read_history(impl_->session, query, context); });
}

UnitPrice FalClient::unit_price(const RunContext& context) {
  return at_boundary("unit_price", [&] { return fal::unit_price(impl_->session, context); });
}

CostEstimate FalClient::estimate_cost(const Rational& units, const RunContext& context) {
  return at_boundary("estimate_cost", [&] { return fal::estimate_cost(impl_->session, units, context); });
}

std::string FalClient::live_schema(const RunContext& context) {
  return at_boundary("live_schema", [&] { return fal::live_schema(impl_->session, context); });
}

KeyProbe FalClient::probe_key(const RunContext& context) {
  return at_boundary("probe_key", [&] { return fal::probe_key(impl_->session, context); });
}

std::optional<std::string> FalClient::reported_request(const std::string& token, std::chrono::milliseconds patience,
                                                       const RunContext& context) {
  const auto& receiver = impl_->options.webhook_receiver;
  if (!receiver || token.empty()) return std::nullopt;
  return at_boundary("reported_request", [&] {
    const auto delivery = receiver->wait_for_token(token, patience, context);
    return delivery ? std::optional(delivery->request_id) : std::nullopt;
  });
}

std::vector<std::pair<std::string, std::string>> FalClient::reported_tokens() const {
  const auto& receiver = impl_->options.webhook_receiver;
  if (!receiver) return {};
  return at_boundary("reported_tokens", [&] { return receiver->tokens(); });
}

bool FalClient::expects_reports() const noexcept {
  return impl_->options.webhook_receiver != nullptr;
}

}  // namespace react1
