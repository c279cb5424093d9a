// SPDX-License-Identifier: Apache-2.0
#include "hosts/fal/part_group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <react1/error.hpp>
#include <thread>
#include <utility>

#include "core/log.hpp"
#include "core/redact.hpp"
#include "fal/protocol/errors.hpp"
#include "fal/protocol/wire.hpp"
#include "hosts/fal/multipart.hpp"
#include "http/engine/body_files.hpp"

namespace react1::hosts {

std::vector<Part> parts_of(std::int64_t bytes, std::int64_t part_bytes) {
  std::vector<Part> parts;
  for (std::int64_t offset = 0; offset < bytes; offset += part_bytes)
    parts.push_back({static_cast<int>(parts.size()) + 1, offset, std::min(part_bytes, bytes - offset)});
  return parts;
}

PartGroup::PartGroup(const fal::Session& session, const LocalFile& file, const std::string& upload_url,
                     std::vector<Part> parts, const std::map<int, std::string>& etags, Arrived arrived)
    : session_(session), file_(file), upload_url_(upload_url), parts_(std::move(parts)), arrived_(std::move(arrived)) {
  for (const Part& part : parts_) {
    const auto known = etags.find(part.number);
    if (known == etags.end()) continue;
    etags_.insert(*known);
    sent_[part.number] = part.bytes;
  }
}

std::map<int, std::string> PartGroup::run(int at_once, const RunContext& context) {
  const std::stop_callback forward(context.stop, [this] { stop_.request_stop(); });
  const RunContext silent{stop_.get_token(), &silent_observer(), context.job_id};
  const int missing = static_cast<int>(parts_.size() - etags_.size());
  const int workers = std::min(at_once, missing);  // a copy: the first ones already decrement working_
  working_ = workers;
  {
    std::vector<std::jthread> threads;
    threads.reserve(static_cast<std::size_t>(std::max(workers, 0)));
    for (int i = 0; i < workers; ++i) threads.emplace_back([this, &silent] { work(silent); });
    std::unique_lock lock(mutex_);
    for (std::int64_t reported = -1;;) {
      const bool over = changed_.wait_for(lock, http::kBetweenReports, [this] { return working_ == 0; });
      const auto sent = std::accumulate(sent_.begin(), sent_.end(), std::int64_t{0},
                                        [](std::int64_t sum, const auto& part) { return sum + part.second; });
      if (std::exchange(reported, sent) != sent) {
        lock.unlock();  // an observer may be slow
        context.observer->on_progress({Stage::upload, sent, file_.bytes, "bytes"});
        lock.lock();
      }
      if (over) break;
    }
  }
  if (failure_) std::rethrow_exception(failure_);
  return std::move(etags_);
}

void PartGroup::work(const RunContext& context) {
  const log::Scope scope(context.job_id);
  try {
    while (const Part* part = next()) send(*part, context);
  } catch (...) {  // passed to the calling thread; the first one is the cause, the others were stopped by it
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    stop_.request_stop();
  }
  const std::lock_guard lock(mutex_);
  --working_;
  changed_.notify_all();
}

const Part* PartGroup::next() {
  const std::lock_guard lock(mutex_);
  if (failure_) return nullptr;
  while (next_ < parts_.size() && etags_.contains(parts_[next_].number)) ++next_;
  return next_ < parts_.size() ? &parts_[next_++] : nullptr;
}

void PartGroup::send(const Part& part, const RunContext& context) {
  const std::string url = below(upload_url_, std::to_string(part.number));
  http::Request request = session_.without_key(http::Method::put, url);
  request.follow_redirects = true;
  request.decode = true;
  const auto digest = std::make_shared<http::BodyDigest>();
  request.body = http::FileBody{file_.path, part.offset, part.bytes, digest};
  request.on_sent = [this, &part](std::int64_t done, std::optional<std::int64_t>) { note_sent(part.number, done); };
  const auto etag_in = [&part](const http::Response& answer) { return fal::read_part(answer.body, part.number); };
  http::Outcome outcome = http::perform_with_retry(
      session_.transport(), request, session_.retry(), context,
      [&](const http::Response& answer) { return !answer.ok() || etag_in(answer).has_value(); });
  const fal::Subject subject{redact_url(url), fmt::format("uploading part {} of {}", part.number, file_.path)};
  if (auto* answer = std::get_if<http::Response>(&outcome);
      answer != nullptr && answer->status >= 400 && answer->status < 500 && !http::is_retryable_status(answer->status))
    throw Refused{std::move(*answer), subject.action};
  const Secret& key = session_.options().key;
  const http::Response response = fal::expect_ok(std::move(outcome), subject, key);
  const auto etag = etag_in(response);
  if (!etag) throw fal::unusable(response, subject, "the part's number and etag", key);
  require_as_planned(digest->hex(), part.sha256, fmt::format("part {} of {}", part.number, file_.path));
  note_sent(part.number, part.bytes);
  const std::lock_guard lock(mutex_);
  etags_[part.number] = *etag;
  arrived_(part.number, *etag);
}

void PartGroup::note_sent(int number, std::int64_t bytes) {
  const std::lock_guard lock(mutex_);
  sent_[number] = bytes;
}

}  // namespace react1::hosts
