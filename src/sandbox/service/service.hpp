// SPDX-License-Identifier: Apache-2.0
// The loopback service: fal's protocol for the registered models, on one address for queue, rest and files.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <react1/sandbox.hpp>

#include "core/atomic_file.hpp"
#include "core/random.hpp"
#include "http/policy/network.hpp"
#include "sandbox/faults/faults.hpp"
#include "sandbox/protocol/reach.hpp"
#include "sandbox/protocol/route.hpp"
#include "sandbox/service/clip_storage.hpp"
#include "sandbox/service/job_queue.hpp"
#include "sandbox/service/ledger.hpp"
#include "sandbox/service/platform_history_script.hpp"
#include "sandbox/service/webhooks.hpp"
#include "serve/http_server.hpp"
#include "serve/timer.hpp"

namespace react1::sandbox {

class Service {
 public:
  /// Throws Error{io|internal|usage}.
  explicit Service(const SandboxOptions& options);
  [[nodiscard]] std::uint16_t port() const noexcept { return server_.port(); }
  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] const Ledger& ledger() const noexcept { return ledger_; }
  [[nodiscard]] const std::string& instance() const noexcept { return instance_; }

 private:
  using Fault = std::shared_ptr<const Action>;  ///< null: none

  // On the server's thread:
  [[nodiscard]] serve::BodyPlan plan(const serve::RequestHead& head);
  void answer(const serve::Request& request, const serve::Reply& reply);
  /// The service's own answer, without faults.
  [[nodiscard]] serve::Response respond(const serve::Request& request, const Located& where, const Fault& fault);
  [[nodiscard]] serve::Response about_request(const serve::Request& request, const Located& where);
  [[nodiscard]] serve::Response platform(const serve::Request& request, Route route);
  [[nodiscard]] serve::Response identify(const std::string& id) const;
  [[nodiscard]] serve::Response unknown_path(const serve::Request& request) const;
  /// Sends it with the fault applied. Any thread.
  void deliver(serve::Response response, const Fault& fault, const serve::Reply& reply);
  /// The refusal when the key is missing or wrong.
  [[nodiscard]] std::optional<serve::Response> refuse_key(const serve::RequestHead& head) const;

  [[nodiscard]] serve::Response submit(const serve::Request& request, const Model& model, const Fault& fault);
  [[nodiscard]] serve::Response accept(JobWish wish, const std::string& sent, const std::string& webhook);
  [[nodiscard]] serve::Response status(const serve::Request& request, const Located& where) const;
  [[nodiscard]] serve::Response stream(const serve::Request& request, const Located& where);
  [[nodiscard]] serve::Response result(const Located& where) const;
  [[nodiscard]] serve::Response cancel(const std::string& id);
  [[nodiscard]] Json identifiers(const Model& model, const std::string& id) const;
  [[nodiscard]] std::string intent_of(const ModelInput& input);
  /// Repeats, for the streams.
  void tick();

  /// One job, on a worker.
  [[nodiscard]] Outcome react(const std::string& id, const JobWish& wish, const JobQueue::Log& log,
                              std::stop_token stop);
  /// The description of the fixed file in every answer when nothing is rendered.
  [[nodiscard]] Json make_fixed_video();
  /// With the queue's lock held.
  void completed(const std::string& id, const Outcome& outcome);

  const std::string instance_ = random_hex(16);
  const std::string key_;
  const bool renders_;
  Ledger ledger_;
  const Reach reach_;
  FaultBook faults_;
  History history_;
  Webhooks webhooks_;
  std::optional<TemporaryDirectory> own_folder_;
  Storage storage_;
  std::once_flag fixed_once_;
  Json fixed_video_;  ///< made for the first request
  std::mutex mutex_;
  std::unordered_map<std::string, std::string> webhook_urls_;  ///< by request id; guarded by mutex_
  bool ticks_ = false;                                         ///< of the server's thread
  JobQueue jobs_;
  serve::Timer timer_;        ///< late answers, ticks
  serve::Timer chores_;       ///< work that would block the server's thread, one at a time
  serve::HttpServer server_;  // its thread calls into everything above
  http::OwnService reached_directly_;
};

}  // namespace react1::sandbox
