// The loopback service: fal's protocol for the React-1 endpoint, on one address for queue, rest and files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <react1/sandbox.hpp>

#include "core/atomic_file.hpp"
#include "sandbox/jobs.hpp"
#include "sandbox/storage.hpp"
#include "serve/http_server.hpp"

namespace react1::sandbox {

class Service {
 public:
  /// Throws Error{io|internal}.
  explicit Service(const SandboxOptions& options);
  [[nodiscard]] std::uint16_t port() const noexcept { return server_.port(); }
  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] std::uint64_t accepted_submits() const { return jobs_.accepted(); }

 private:
  [[nodiscard]] serve::BodyPlan plan(const serve::RequestHead& head);
  [[nodiscard]] serve::Response answer(const serve::Request& request);
  /// The refusal when the key is missing or wrong.
  [[nodiscard]] std::optional<serve::Response> refuse_key(const serve::RequestHead& head) const;

  [[nodiscard]] serve::Response submit(const serve::Request& request);
  [[nodiscard]] serve::Response about_request(const serve::Request& request, std::string_view rest);
  [[nodiscard]] serve::Response status(const serve::Request& request, const std::string& id) const;
  [[nodiscard]] serve::Response result(const std::string& id) const;
  [[nodiscard]] serve::Response cancel(const std::string& id);
  [[nodiscard]] Json identifiers(const std::string& id) const;

  /// One job, on a worker.
  [[nodiscard]] Outcome react(const std::string& id, const ModelInput& input, const JobQueue::Log& log,
                              std::stop_token stop);

  const std::string key_;
  std::optional<TemporaryDirectory> own_folder_;
  Storage storage_;
  JobQueue jobs_;
  serve::HttpServer server_;  // last: its thread calls into everything above
};

}  // namespace react1::sandbox
