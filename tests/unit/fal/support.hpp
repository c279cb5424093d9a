// SPDX-License-Identifier: Apache-2.0
// A service that a test scripts, and a session that talks to it with a clock that does not wait.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <react1/error.hpp>
#include <react1/fal.hpp>
#include <react1/run_context.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/atomic_file.hpp"
#include "fal/protocol/session.hpp"
#include "http/engine/curl_transport.hpp"
#include "support/caught.hpp"
#include "support/fake_clock.hpp"
#include "support/raw_server.hpp"

namespace react1::test {

inline constexpr std::string_view kKey = "test-key-id:test-key-secret";

/// Remembers everything it is told.
class Notebook final : public Observer {
 public:
  void on_progress(const Progress& progress) override { progresses.push_back(progress); }
  void on_note(const Note& note) override { notes.push_back(note); }

  [[nodiscard]] std::vector<std::string> messages(std::string_view code) const {
    std::vector<std::string> found;
    for (const Note& note : notes) {
      if (note.code == code) found.push_back(note.message);
    }
    return found;
  }

  std::vector<Note> notes;
  std::vector<Progress> progresses;
};

inline FalOptions options_for(const RawServer& server) {
  FalOptions options;
  options.key = Secret(std::string(kKey));
  options.queue_url = server.url();
  options.rest_url = server.url();
  options.retry.attempts = 3;
  return options;
}

/// Everything that the functions of src/fal need. Members in the order of their lifetimes.
struct Bench {
  RawServer server;
  FakeClock clock;
  FalOptions options = options_for(server);
  http::CurlTransport transport{"react1/test"};
  fal::Session session{options, transport, clock, [] { return 1.0; }};
  Notebook notebook;
  std::stop_source stop;
  RunContext context{stop.get_token(), &notebook, "job"};
  RequestRef request{"id-1", "", "", ""};
};

/// The Error that `call` throws; fails the test when it throws none. It must be fit to be shown.
inline Error thrown_by(const std::function<void()>& call) {
  Error caught = caught_from(call);
  std::string everything = caught.what() + caught.hint();
  for (const ServiceProblem& problem : caught.problems())
    everything += problem.message + problem.context + problem.type;
  CHECK(everything.find("test-key-id") == std::string::npos);
  CHECK(everything.find("test-key-secret") == std::string::npos);
  CHECK(everything.find("sig=") == std::string::npos);
  CHECK(everything.find('\n') == std::string::npos);
  return caught;
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace react1::test
