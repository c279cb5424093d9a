// SPDX-License-Identifier: Apache-2.0
// Two workers, one job, a lease that runs out and a process that dies: every order in which their steps can happen, on
// the real store. However they mix, the service is asked to accept at most one call, and an id that was received is
// kept.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <react1/error.hpp>

#include "core/atomic_file.hpp"
#include "store/orphaned.hpp"
#include "store/paid_call.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/fake_clock.hpp"
#include "unit/store/store_contract.hpp"

namespace {

using namespace react1;

/// What the service makes of a worker's call.
enum class Answer { accepted, refused, not_sent, lost };
constexpr std::array kAnswers{Answer::accepted, Answer::refused, Answer::not_sent, Answer::lost};

/// What may have been paid, and what was told to a worker that could write it down.
struct Ledger {
  int may_be_paid = 0;
  std::string noted;
};

class Worker {
 public:
  /// `dies_after`: its process ends after so many steps; 0: never.
  Worker(JobStore& jobs, std::string id, Answer answer, int dies_after, std::string name, Ledger& ledger)
      : jobs_(jobs),
        id_(std::move(id)),
        answer_(answer),
        dies_after_(dies_after),
        name_(std::move(name)),
        ledger_(ledger) {}

  [[nodiscard]] bool has_steps() const noexcept { return next_ != Step::none; }

  void step() {
    run();
    if (++steps_ != dies_after_) return;
    call_.reset();
    next_ = Step::none;
  }

 private:
  enum class Step { look, claim, call, note, write, none };

  void run() {
    switch (next_) {
      case Step::look:
        look();
        break;
      case Step::claim:
        call_ = std::make_unique<store::PaidCall>(jobs_, job_);
        next_ = call_->claim(std::nullopt) == JobStore::Reserved::yes ? Step::call : Step::none;
        break;
      case Step::call:
        ledger_.may_be_paid += answer_ == Answer::accepted || answer_ == Answer::lost ? 1 : 0;
        next_ = answer_ == Answer::accepted ? Step::note : Step::write;
        break;
      case Step::note:
        call_->note({.request_id = "request-of-" + name_});
        ledger_.noted = "request-of-" + name_;
        next_ = Step::write;
        break;
      case Step::write:
        write();
        next_ = Step::none;
        break;
      case Step::none:
        break;
    }
  }

  void look() {
    job_ = jobs_.find(id_).value();
    if (job_.state == JobState::submitting) static_cast<void>(store::mark_orphaned(job_, jobs_));
    next_ = job_.state == JobState::created ? Step::claim : Step::none;
  }

  void write() {
    switch (answer_) {
      case Answer::accepted:
        CHECK_NOTHROW(call_->submitted(std::chrono::seconds(10)));
        break;
      case Answer::refused:
        call_->end(JobState::failed, "refused");
        break;
      case Answer::not_sent:
        static_cast<void>(call_->hand_back("not sent"));
        break;
      case Answer::lost:
        call_->end(JobState::outcome_unknown, "lost");
        break;
    }
    call_.reset();
  }

  JobStore& jobs_;
  std::string id_;
  Answer answer_;
  int dies_after_;
  std::string name_;
  Ledger& ledger_;
  Step next_ = Step::look;
  int steps_ = 0;
  Job job_;
  std::unique_ptr<store::PaidCall> call_;
};

struct Case {
  Answer first = Answer::accepted, second = Answer::accepted;
  int first_dies_after = 0;
};

/// Takes one order: `choices` says which of the actors that could go next went; beyond its end, the first one does. The
/// choices and how many there were are written back, so that the next order can be found.
struct Order {
  std::vector<std::size_t> choices, alternatives;
};

class Explorer {
 public:
  /// Runs every order of `c`; says how many there were.
  int explore(const Case& c) {
    Order order;
    int orders = 0;
    do {
      run(c, order);
      ++orders;
    } while (next(order));
    return orders;
  }

 private:
  static bool next(Order& order) {
    while (!order.choices.empty() && order.choices.back() + 1 == order.alternatives.back()) {
      order.choices.pop_back();
      order.alternatives.pop_back();
    }
    if (order.choices.empty()) return false;
    ++order.choices.back();
    order.alternatives.pop_back();  // counted again by the run
    return true;
  }

  void run(const Case& c, Order& order) {
    Job asked = test::sample_job("order " + std::to_string(count_++));
    asked.request = {};
    const std::string id = store_.open(asked, /*again=*/false).job.id;
    Ledger ledger;
    Worker first(store_, id, c.first, c.first_dies_after, "first-" + id, ledger);
    Worker second(store_, id, c.second, 0, "second-" + id, ledger);
    bool lease_may_end = true;
    order.alternatives.clear();
    for (std::size_t at = 0;; ++at) {
      std::vector<int> able;
      if (first.has_steps()) able.push_back(0);
      if (second.has_steps()) able.push_back(1);
      if (able.empty()) break;
      if (lease_may_end) able.push_back(2);
      if (at == order.choices.size()) order.choices.push_back(0);
      order.alternatives.push_back(able.size());
      switch (able[order.choices[at]]) {
        case 0:
          first.step();
          break;
        case 1:
          second.step();
          break;
        default:
          end_leases();
          lease_may_end = false;
      }
    }
    judge(id, ledger);
  }

  void end_leases() { static_cast<void>(clock_.sleep_for(claim_lease() + std::chrono::seconds(1), {})); }

  /// After a while, the next program that looks at the job finds how it is.
  void judge(const std::string& id, const Ledger& ledger) {
    end_leases();
    static_cast<void>(store::recover_accepted(store_));  // as open_job_store() does
    Job job = store_.find(id).value();
    if (job.state == JobState::submitting) CHECK(store::mark_orphaned(job, store_));
    CAPTURE(std::string(to_string(job.state)));
    CHECK(ledger.may_be_paid <= 1);
    if (!ledger.noted.empty()) {
      CHECK(job.state == JobState::submitted);
      CHECK(job.request.request_id == ledger.noted);
    } else if (ledger.may_be_paid == 1) {
      CHECK(job.state == JobState::outcome_unknown);
    }
  }

  static std::filesystem::path memory() {
    return std::filesystem::exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path();
  }

  TemporaryDirectory folder_{memory()};
  test::FakeClock clock_;
  store::SqliteStore store_{(folder_.path() / "jobs.sqlite").string(), clock_};
  int count_ = 0;
};

}  // namespace

TEST_CASE("in every order of two workers' steps, one call at most may be paid, and a received id is kept") {
  Explorer explorer;
  int orders = 0;
  for (const Answer first : kAnswers) {
    for (const Answer second : kAnswers) {
      CAPTURE(static_cast<int>(first));
      CAPTURE(static_cast<int>(second));
      orders += explorer.explore({first, second});
    }
  }
  MESSAGE(orders, " orders");
  CHECK(orders > 500);
}

TEST_CASE("a worker that dies after any of its steps leaves a job that is paid once at most") {
  Explorer explorer;
  int orders = 0;
  for (const Answer first : kAnswers) {
    for (int dies_after = 1; dies_after <= 4; ++dies_after) {
      CAPTURE(static_cast<int>(first));
      CAPTURE(dies_after);
      orders += explorer.explore({first, Answer::accepted, dies_after});
    }
  }
  MESSAGE(orders, " orders");
  CHECK(orders > 300);
}
