// SPDX-License-Identifier: Apache-2.0
// Which entry of a history is the lost call, by every rule.
#include "stages/lost_answer/history_match.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "fal/protocol/input_digest.hpp"

using namespace react1;
using namespace std::chrono_literals;
using stages::HistoryMatch;
using MatchKind = HistoryMatch::Kind;

namespace {

using Time = std::chrono::system_clock::time_point;

const Time kPaid = std::chrono::system_clock::from_time_t(1'800'000'000);
const Time kNow = kPaid + 10min;
const std::string kInput = R"({"video_url":"https://x/v","audio_url":"https://x/token-1.mp3","temperature":0.5})";

Job lost_job() {
  Job job;
  job.id = "job";
  job.endpoint = "fal-ai/sync-lipsync/react-1";
  job.token = "token-1";
  job.input_sha256 = fal::input_digest(kInput);
  job.paid_ms = std::chrono::duration_cast<std::chrono::milliseconds>(kPaid.time_since_epoch()).count();
  return job;
}

HistoryEntry entry(const std::string& id, const std::string& input = kInput, std::optional<Time> sent = kPaid + 1s) {
  HistoryEntry made;
  made.request_id = id;
  made.endpoint = "fal-ai/sync-lipsync/react-1";
  made.sent_at = sent;
  made.input_json = input;
  return made;
}

HistoryMatch match(const std::vector<HistoryEntry>& entries, const std::set<std::string>& taken = {}) {
  return stages::match_history(entries, lost_job(), kNow, [&](const std::string& id) { return taken.contains(id); });
}

}  // namespace

TEST_CASE("exactly one request with this very input is the call") {
  const HistoryMatch found = match({entry("other", R"({"a":1})"), entry("r1"), entry("third", R"({"b":1})")});
  CHECK(found.kind == MatchKind::one);
  CHECK(found.request_id == "r1");
  const std::string turned = R"({"temperature":5e-1,"audio_url":"https://x/token-1.mp3","video_url":"https://x/v"})";
  CHECK(match({entry("r1", turned)}).request_id == "r1");
}

TEST_CASE("the same entry twice is one request, and two requests are two") {
  CHECK(match({entry("r1"), entry("r1")}).request_id == "r1");
  const HistoryMatch two = match({entry("r1"), entry("r2")});
  CHECK(two.kind == MatchKind::ambiguous);
  CHECK(two.request_id.empty());
  CHECK(two.saw.find("r1") != std::string::npos);
  CHECK(two.saw.find("r2") != std::string::npos);
}

TEST_CASE("another key, another value or another endpoint is another call") {
  CHECK(match({}).kind == MatchKind::none);
  CHECK(match({entry("r1", R"({"video_url":"https://x/v","audio_url":"https://x/t-2.mp3","temperature":0.5})")}).kind ==
        MatchKind::none);
  HistoryEntry sister = entry("r1");
  sister.endpoint = "fal-ai/sync-lipsync/v2";
  CHECK(match({sister}).kind == MatchKind::none);
}

TEST_CASE("what was uploaded for this payment in another input is not decided here") {
  const std::string extra =
      R"({"video_url":"https://x/v","audio_url":"https://x/token-1.mp3","temperature":0.5,"extra":null})";
  CHECK(match({entry("r1", extra)}).kind == MatchKind::unclear);
  CHECK(match({entry("r1", extra), entry("r2")}).request_id == "r2");
}

TEST_CASE("a request counts from 120 s before its call was claimed to 120 s after now") {
  CHECK(match({entry("r1", kInput, kPaid - 120s)}).kind == MatchKind::one);
  CHECK(match({entry("r1", kInput, kPaid - 121s)}).kind == MatchKind::none);
  CHECK(match({entry("r1", kInput, kNow + 120s)}).kind == MatchKind::one);
  CHECK(match({entry("r1", kInput, kNow + 121s)}).kind == MatchKind::none);
  CHECK(match({entry("old", kInput, kPaid - 1h), entry("r1")}).request_id == "r1");
}

TEST_CASE("what can't be compared is not decided") {
  CHECK(match({entry("r1", "")}).kind == MatchKind::unclear);
  CHECK(match({entry("r1", kInput, std::nullopt)}).kind == MatchKind::unclear);
  HistoryEntry nowhere = entry("r1");
  nowhere.endpoint.clear();
  CHECK(match({nowhere}).kind == MatchKind::unclear);
  CHECK(match({entry("r1", "", kPaid - 1h)}).kind == MatchKind::none);  // of another time
  // The input that names this payment is sufficient proof next to one without input.
  CHECK(match({entry("r1"), entry("r2", "")}).request_id == "r1");
  CHECK(match({entry("r1"), entry("r1", "")}).kind == MatchKind::unclear);
}

TEST_CASE("a request of another job is not this one's") {
  CHECK(match({entry("r1")}, {"r1"}).kind == MatchKind::none);
  CHECK(match({entry("r1"), entry("r2")}, {"r1"}).request_id == "r2");
  CHECK(match({entry("r1", "")}, {"r1"}).kind == MatchKind::none);
}
