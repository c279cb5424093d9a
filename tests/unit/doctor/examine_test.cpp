// SPDX-License-Identifier: Apache-2.0
// What doctor says about this machine. What it says about the service is in tests/e2e.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <react1/doctor.hpp>
#include <react1/jobs.hpp>

#include "core/atomic_file.hpp"
#include "support/environment.hpp"

using namespace react1;
using test::ScopedVariable;
namespace fs = std::filesystem;

namespace {

struct Machine {
  Machine() { ::chmod(folder.path().c_str(), S_IRWXU); }
  Finding of(const std::string& check) {
    const Diagnosis diagnosis = examine(options(), RunContext{});
    const auto found = std::find_if(diagnosis.findings.begin(), diagnosis.findings.end(),
                                    [&](const Finding& finding) { return finding.check == check; });
    REQUIRE(found != diagnosis.findings.end());
    return *found;
  }
  [[nodiscard]] DoctorOptions options() const {
    DoctorOptions made;
    made.state_directory = folder.path().string();
    made.store = store;
    return made;
  }

  TemporaryDirectory folder;
  std::string store;
  ScopedVariable bundle{"CURL_CA_BUNDLE", std::nullopt}, file{"SSL_CERT_FILE", std::nullopt},
      directory{"SSL_CERT_DIR", std::nullopt};
};

}  // namespace

TEST_CASE("a good machine without a key has one fault, and nothing is left behind") {
  Machine machine;
  const Diagnosis diagnosis = examine(machine.options(), RunContext{});
  for (const Finding& finding : diagnosis.findings) {
    CAPTURE(finding.check);
    CAPTURE(finding.message);
    CHECK((finding.health == Health::failed) == (finding.check == "key"));
    if (finding.health == Health::failed) CHECK_FALSE(finding.cure.empty());
  }
  REQUIRE(diagnosis.failure());
  CHECK(*diagnosis.failure() == ErrorCode::auth);
  CHECK(fs::is_empty(machine.folder.path()));
}

TEST_CASE("a state folder that others can enter is a warning with its mode") {
  Machine machine;
  ::chmod(machine.folder.path().c_str(), 0755);
  const Finding finding = machine.of("state_folder");
  CHECK(finding.health == Health::warning);
  CHECK(finding.message.find("755") != std::string::npos);
  CHECK(finding.cure.find("700") != std::string::npos);
}

TEST_CASE("a folder that can't be written fails where a store is tried") {
  Machine machine;
  machine.store = "/proc/self/jobs.sqlite";
  const Finding finding = machine.of("locks");
  CHECK(finding.health == Health::failed);
  CHECK(finding.code == ErrorCode::io);
  CHECK_FALSE(finding.cure.empty());
}

TEST_CASE("a foreign file in the job store's place fails and is left as it is") {
  Machine machine;
  machine.store = (machine.folder.path() / "jobs.sqlite").string();
  std::ofstream(machine.store) << "my notes";
  const Finding finding = machine.of("job_store");
  CHECK(finding.health == Health::failed);
  CHECK(finding.code == ErrorCode::io);
  CHECK(read_file(machine.store) == "my notes");
}

TEST_CASE("jobs of an unknown outcome are a warning that names the commands") {
  Machine machine;
  machine.store = (machine.folder.path() / "jobs.sqlite").string();
  {
    const auto jobs = open_job_store(machine.store);
    Job job;
    job.intent = "i";
    job = jobs->open(job, /*again=*/false).job;
    REQUIRE(jobs->move(job, JobState::created, JobState::submitting));
    REQUIRE(jobs->move(job, JobState::submitting, JobState::outcome_unknown));
  }
  const Finding finding = machine.of("job_store");
  CHECK(finding.health == Health::warning);
  CHECK(finding.message.find("1 job ") != std::string::npos);
  CHECK(finding.cure.find("jobs resolve") != std::string::npos);
}

TEST_CASE("certificates that are none fail, and a proxy's password is not shown") {
  Machine machine;
  const std::string path = (machine.folder.path() / "ca.pem").string();
  std::ofstream(path) << "nothing";
  const ScopedVariable bundle("CURL_CA_BUNDLE", path);
  CHECK(machine.of("certificates").health == Health::failed);
  std::ofstream(path) << "-----BEGIN CERTIFICATE-----\n";
  CHECK(machine.of("certificates").health == Health::good);
  const ScopedVariable proxy("HTTPS_PROXY", "http://me:secret@proxy.example:3128");
  const ScopedVariable none("NO_PROXY", std::nullopt);
  const std::string message = machine.of("proxy").message;
  CHECK(message.find("proxy.example") != std::string::npos);
  CHECK(message.find("secret") == std::string::npos);
}

TEST_CASE("a stop ends it") {
  Machine machine;
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS((void)examine(machine.options(), RunContext{.stop = stop.get_token()}), Error);
}
