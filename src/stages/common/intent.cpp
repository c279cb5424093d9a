// SPDX-License-Identifier: Apache-2.0
#include "stages/common/intent.hpp"

#include "core/json_text.hpp"
#include "core/sha256.hpp"
#include "http/message/url.hpp"
#include "record/documents.hpp"

namespace react1::stages {

std::string intent_of(const Preparation& preparation, const Parameters& parameters, const ServiceIdentity& service) {
  const Json intent{{"video", preparation.video.sha256},
                    {"audio", preparation.audio.sha256},
                    {"parameters", record::document(parameters, /*video_url=*/"", /*audio_url=*/"")},
                    {"endpoint", service.endpoint},
                    {"service", service.is_sandbox() ? "sandbox" : service.queue_url}};
  return sha256_hex(json_text(intent, /*indent=*/-1));
}

void name_service(Job& job, const ServiceIdentity& service) {
  job.endpoint = service.endpoint;
  job.queue_url = service.queue_url;
  job.sandbox = service.sandbox;
}

bool is_misnamed_rehearsal(const Job& job) {
  const auto queue = http::parse_url(job.queue_url);
  const auto status = http::parse_url(job.request.status_url);
  return queue && status && !http::is_loopback(*queue) && http::is_loopback(*status);
}

}  // namespace react1::stages
