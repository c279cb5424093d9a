// SPDX-License-Identifier: Apache-2.0
// The public interface of the service.
#include <react1/sandbox.hpp>

#include "sandbox/service/service.hpp"

#include "core/boundary.hpp"

namespace react1 {

struct Sandbox::Impl {
  explicit Impl(const SandboxOptions& options) : service(options) {}
  sandbox::Service service;
};

Sandbox::Sandbox(const SandboxOptions& options)
    : impl_(at_boundary("sandbox", [&] { return std::make_unique<Impl>(options); })) {}

Sandbox::~Sandbox() = default;

std::uint16_t Sandbox::port() const noexcept {
  return impl_->service.port();
}

std::string Sandbox::url() const {
  return impl_->service.url();
}

std::string Sandbox::platform_url() const {
  return url() + "/v1";
}

std::string Sandbox::instance() const {
  return impl_->service.instance();
}

std::uint64_t Sandbox::accepted_submits() const noexcept {
  return impl_->service.ledger().count();
}

std::vector<SandboxSubmit> Sandbox::submits() const {
  return at_boundary("sandbox", [&] { return impl_->service.ledger().submits(); });
}

std::vector<SandboxRequest> Sandbox::requests() const {
  return at_boundary("sandbox", [&] { return impl_->service.ledger().requests(); });
}

}  // namespace react1
