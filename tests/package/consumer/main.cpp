// SPDX-License-Identifier: Apache-2.0
// Uses the installed library from the outside: measures a clip, plans a job, and touches every other part once so that
// the linker has to find it.
#include <react1/error.hpp>
#include <react1/fal.hpp>
#include <react1/jobs.hpp>
#include <react1/json.hpp>
#include <react1/media.hpp>
#include <react1/pipeline.hpp>
#include <react1/plan.hpp>
#include <react1/platform.hpp>
#include <react1/sandbox.hpp>
#include <react1/secret.hpp>
#include <react1/version.hpp>
#include <react1/webhook.hpp>

#include <iostream>
#include <string>

namespace {

// The facts that the caller compares with the truth of the fixture, one per line.
void print_facts(const std::string& video, const std::string& audio) {
  const react1::MediaInfo info = react1::probe(video);
  std::cout << "frames=" << info.video->frames << '\n';
  const react1::Preparation preparation = react1::plan(video, audio, react1::load_recipe("default"), {});
  std::cout << "action=" << react1::to_string(preparation.video.action) << '\n';
  std::cout << "document=" << (react1::to_json(preparation).empty() ? "empty" : "written") << '\n';
}

void print_services(const std::string& folder) {
  const react1::Sandbox sandbox({.directory = folder});
  const react1::FalClient client(
      {.key = react1::Secret("id:secret"), .queue_url = sandbox.url(), .rest_url = sandbox.url()});
  const auto jobs = react1::open_job_store(folder + "/jobs.sqlite");
  std::cout << "jobs=" << jobs->list(std::nullopt, 10).size() << '\n';
  std::cout << "webhook_keys=" << react1::parse_webhook_keys("{}").size() << '\n';
  std::cout << "platform=" << (client.has_platform() ? "named" : "none") << '\n';
  std::cout << "submits=" << sandbox.accepted_submits() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: consumer VIDEO AUDIO FOLDER\n";
    return 2;
  }
  try {
    std::cout << "version=" << react1::version() << '\n';
    std::cout << "headers=" << REACT1_VERSION_MAJOR << '.' << REACT1_VERSION_MINOR << '.' << REACT1_VERSION_PATCH
              << '\n';
    print_facts(argv[1], argv[2]);
    print_services(argv[3]);
    return 0;
  } catch (const react1::Error& error) {
    std::cerr << error.what() << '\n';
    return react1::exit_code(error.code());
  }
}
