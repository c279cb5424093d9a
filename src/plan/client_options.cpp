// SPDX-License-Identifier: Apache-2.0
// client_options(): the client settings of a recipe.
#include <utility>

#include <react1/pipeline.hpp>

namespace react1::REACT1_ABI {

FalOptions client_options(FalOptions service, const PipelineOptions& options) {
  std::string memory =
      options.upload.memory.empty() ? std::move(service.upload.memory) : std::string(options.upload.memory);
  service.retry = options.retry;
  service.max_wait = options.max_wait;
  service.on_max_wait = options.on_max_wait;
  service.max_queue_wait = options.max_queue_wait;
  service.on_max_queue_wait = options.on_max_queue_wait;
  service.stall_timeout = options.stall_timeout;
  service.upload = options.upload;
  service.upload.memory = std::move(memory);
  service.webhook_url = options.webhook.url;
  service.webhook_poll_interval = options.webhook.poll_interval;
  service.webhook_poll_interval_max = options.webhook.poll_interval_max;
  return service;
}

}  // namespace react1::REACT1_ABI
