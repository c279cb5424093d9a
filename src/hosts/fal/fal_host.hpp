// SPDX-License-Identifier: Apache-2.0
// The service's own storage as a host for clips.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include <react1/clip_host.hpp>

#include "fal/protocol/session.hpp"
#include "hosts/common/upload_memory.hpp"

namespace react1::hosts {

class FalHost final : public ClipHost {
 public:
  /// `session` must outlive it.
  explicit FalHost(const fal::Session& session) : session_(session) {}

  /// The host that issues upload URLs, as configured.
  [[nodiscard]] std::string identity() const override;
  [[nodiscard]] HostedClip upload(const ClipFile& clip, const RunContext& context) override;

 private:
  /// Opened by the first upload, because most commands upload nothing. nullptr when nothing is remembered.
  [[nodiscard]] UploadMemory* memory();

  const fal::Session& session_;
  std::once_flag opened_;
  std::unique_ptr<UploadMemory> memory_;
};

}  // namespace react1::hosts
