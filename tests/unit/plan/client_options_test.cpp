// SPDX-License-Identifier: Apache-2.0
// What of a recipe the client carries out.
#include <doctest/doctest.h>

#include <chrono>
#include <react1/pipeline.hpp>

using namespace react1;
using namespace std::chrono_literals;

TEST_CASE("a client gets all client settings of the options, and keeps its own") {
  PipelineOptions options;
  options.retry = {.attempts = 7, .base_delay = 1ms, .max_delay = 2ms};
  options.max_wait = 3ms;
  options.on_max_wait = WaitPolicy::cancel;
  options.max_queue_wait = 4ms;
  options.on_max_queue_wait = WaitPolicy::keep_waiting;
  options.stall_timeout = 5ms;
  options.upload.parts_at_once = 2;
  options.upload.reuse = false;
  options.webhook = {.url = "https://h.example/x", .poll_interval = 6ms, .poll_interval_max = 7ms};
  FalOptions service;
  service.queue_url = "https://gateway.example";
  service.upload.memory = "/its/own";
  const FalOptions made = client_options(service, options);
  CHECK(made.retry.attempts == 7);
  CHECK(made.retry.max_delay == 2ms);
  CHECK(made.max_wait == 3ms);
  CHECK(made.on_max_wait == WaitPolicy::cancel);
  CHECK(made.max_queue_wait == 4ms);
  CHECK(made.on_max_queue_wait == WaitPolicy::keep_waiting);
  CHECK(made.stall_timeout == 5ms);
  CHECK(made.upload.parts_at_once == 2);
  CHECK_FALSE(made.upload.reuse);
  CHECK(made.upload.memory == "/its/own");
  CHECK(made.webhook_url == "https://h.example/x");
  CHECK(made.webhook_poll_interval == 6ms);
  CHECK(made.webhook_poll_interval_max == 7ms);
  CHECK(made.queue_url == "https://gateway.example");
  options.upload.memory = "/named";
  CHECK(client_options(service, options).upload.memory == "/named");
}
