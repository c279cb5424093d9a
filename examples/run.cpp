// SPDX-License-Identifier: Apache-2.0
// The main job, and what happens when it is interrupted after the payment: run VIDEO AUDIO OUTPUT FOLDER
#include <react1/error.hpp>
#include <react1/jobs.hpp>
#include <react1/pipeline.hpp>
#include <react1/sandbox.hpp>

#include <cstdio>
#include <exception>
#include <stop_token>
#include <string>

namespace {

/// Stops the job as soon as it is paid, as a user might.
class Impatient final : public react1::Observer {
 public:
  void on_request(std::string_view request_id) override {
    std::printf("paid: request %s\n", std::string(request_id).c_str());
    stop_.request_stop();
  }
  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
};

void run(const char* video, const char* audio, const char* output, const std::string& folder) {
  // For the paid service: react1::fal_options_from_environment(), which reads FAL_KEY.
  const react1::Sandbox sandbox({.directory = folder + "/service"});
  const react1::FalOptions fal{
      .key = react1::Secret("any-id:any-secret"), .queue_url = sandbox.url(), .rest_url = sandbox.url()};

  react1::PipelineOptions options = react1::load_recipe("default");
  options.parameters.emotion = react1::Emotion::happy;
  options.clips_directory = folder + "/clips";  // without it: in react1::state_directory()

  react1::FalClient client(react1::client_options(fal, options));
  const auto jobs = react1::open_job_store(folder + "/jobs.sqlite");
  const react1::Service service{.client = client, .jobs = *jobs};

  Impatient observer;
  react1::RunContext first;
  first.stop = observer.token();
  first.observer = &observer;
  try {
    (void)react1::run(video, audio, output, options, service, first);
  } catch (const react1::Error& error) {
    if (error.code() != react1::ErrorCode::interrupted) throw;
    std::printf("interrupted; the request continues at the service\n");
  }
  // The same call continues the job: the store knows that this intent was paid. Another process could do it as well.
  const react1::RunRecord record = react1::run(video, audio, output, options, service, {});
  std::printf("result: %s, %s\n", record.output_path.c_str(),
              std::string(react1::to_string(record.verification.verdict)).c_str());
  std::printf("payments: %llu\n", static_cast<unsigned long long>(sandbox.accepted_submits()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: run VIDEO AUDIO OUTPUT FOLDER\n");
    return 2;
  }
  try {
    run(argv[1], argv[2], argv[3], argv[4]);
    return 0;
  } catch (const react1::Error& error) {
    std::fprintf(stderr, "%s\n%s\n", error.what(), error.hint().c_str());
    return react1::exit_code(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
