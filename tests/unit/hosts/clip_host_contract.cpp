// SPDX-License-Identifier: Apache-2.0
#include "unit/hosts/clip_host_contract.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/printable.hpp"
#include "core/sha256.hpp"
#include "support/caught.hpp"
#include "support/http_client.hpp"

namespace react1::test {
namespace {

class Seen final : public Observer {
 public:
  void on_progress(const Progress& progress) override {
    CHECK(std::this_thread::get_id() == caller);
    CHECK(progress.stage == Stage::upload);
    last = progress;
  }
  void on_note(const Note& note) override { notes.push_back(note.code); }
  const std::thread::id caller = std::this_thread::get_id();
  std::optional<Progress> last;
  std::vector<std::string> notes;
};

/// A place, and a clip for it.
struct Trial {
  explicit Trial(std::unique_ptr<HostPlace> made) : place(std::move(made)) { write(content); }
  void write(const std::string& bytes) const { write_file_atomically(clip.path, bytes); }
  [[nodiscard]] HostedClip upload() { return place->host().upload(clip, {stop.get_token(), &seen, "job"}); }
  [[nodiscard]] std::size_t puts() const { return place->http().count("PUT"); }

  std::unique_ptr<HostPlace> place;
  TemporaryDirectory folder;
  std::string content = std::string(70'000, 'c') + "end";
  ClipFile clip{
      .path = (folder.path() / "clip.mp4").string(), .content_type = "video/mp4", .sha256 = sha256_hex(content)};
  Seen seen;
  std::stop_source stop;
};

void a_clip_can_be_read_by_its_url(Trial& trial) {
  const HostedClip hosted = trial.upload();
  const HttpResponse read = get(hosted.url);
  CHECK(read.status == 200);
  CHECK((read.body == trial.content));  // not shown when they differ: 70 kB
  CHECK_FALSE(hosted.reused);
  REQUIRE(trial.seen.last);
  CHECK(trial.seen.last->done == 70'003);
  CHECK(trial.seen.last->total == 70'003);
  CHECK(trial.seen.last->unit == "bytes");
}

void an_upload_serves_a_later_process(Trial& trial) {
  const HostedClip first = trial.upload();
  trial.place->restart();
  trial.clip.path = (trial.folder.path() / "another.mp4").string();
  trial.write(trial.content);
  const HostedClip second = trial.upload();
  CHECK(second.reused);
  CHECK(second.url == first.url);
  CHECK(second.expires == first.expires);
  CHECK(trial.puts() == 1);
  CHECK(trial.seen.notes == std::vector<std::string>{"upload_reused"});
  CHECK(trial.seen.last->done == 70'003);
}

void a_name_is_part_of_what_is_the_same(Trial& trial) {
  trial.clip.name = "t1.mp3";
  const HostedClip first = trial.upload();
  trial.clip.name = "t2.mp3";
  const HostedClip second = trial.upload();
  CHECK_FALSE(second.reused);
  CHECK(second.url != first.url);
  CHECK(second.url.find("t1.mp3") == std::string::npos);
  trial.clip.name = "t1.mp3";
  CHECK(trial.upload().url == first.url);
  CHECK(trial.puts() == 2);
}

void another_type_or_content_is_sent(Trial& trial) {
  static_cast<void>(trial.upload());
  trial.clip.content_type = "audio/mpeg";
  static_cast<void>(trial.upload());
  trial.write("else");
  trial.clip.sha256 = sha256_hex("else");
  CHECK(get(trial.upload().url).body == "else");
  CHECK(trial.puts() == 3);
}

void what_is_gone_is_sent_again(Trial& trial) {
  static_cast<void>(trial.upload());
  trial.place->lose_files();
  const HostedClip second = trial.upload();
  CHECK_FALSE(second.reused);
  CHECK((get(second.url).body == trial.content));
}

void what_is_not_what_was_prepared_fails(Trial& trial) {
  std::string damaged = trial.content;
  damaged[9] = 'x';
  trial.write(damaged);
  CHECK(caught_from([&] { (void)trial.upload(); }).code() == ErrorCode::io);
  trial.write(trial.content);
  const HostedClip good = trial.upload();
  CHECK_FALSE(good.reused);
  CHECK((get(good.url).body == trial.content));
}

void no_file_and_an_empty_one_are_not_sent(Trial& trial) {
  trial.clip.sha256.clear();
  trial.write("");
  CHECK(caught_from([&] { (void)trial.upload(); }).code() == ErrorCode::io);
  trial.clip.path += ".none";
  CHECK(caught_from([&] { (void)trial.upload(); }).code() == ErrorCode::io);
  CHECK(trial.place->http().connections() == 0);
}

void a_stop_ends_it_in_the_middle(const std::function<std::unique_ptr<HostPlace>()>& make) {
  Gate silent;  // outlives the server that waits for it
  const std::atomic<bool> never = false;
  std::atomic<bool> first = true;
  Trial trial(make());
  trial.place->on_put([&]() -> std::optional<std::string> {
    if (first.exchange(false)) silent.wait(never);
    return std::nullopt;
  });
  std::thread stopper([&] {
    silent.wait_until_reached();
    trial.stop.request_stop();
  });
  CHECK(caught_from([&] { (void)trial.upload(); }).code() == ErrorCode::interrupted);
  stopper.join();
  silent.open();
  trial.stop = std::stop_source();
  const HostedClip hosted = trial.upload();
  CHECK_FALSE(hosted.reused);
  CHECK((get(hosted.url).body == trial.content));
}

void temporary_trouble_is_retried(const std::function<std::unique_ptr<HostPlace>()>& make) {
  std::atomic<int> puts = 0;
  Trial trial(make());
  trial.place->on_put(
      [&]() -> std::optional<std::string> { return ++puts == 1 ? std::optional(answer(503, "")) : std::nullopt; });
  CHECK((get(trial.upload().url).body == trial.content));
  CHECK(puts == 2);
}

void no_secret_goes_where_the_clips_are(Trial& trial) {
  const HostedClip hosted = trial.upload();
  const std::string secret = trial.place->secret(), identity = trial.place->host().identity();
  CHECK_FALSE(identity.empty());
  CHECK(printable(identity) == identity);
  CHECK(identity.find(secret) == std::string::npos);
  CHECK(hosted.url.find(secret) == std::string::npos);
  for (const SeenRequest& request : trial.place->http().requests()) {
    CAPTURE(request.method);
    const bool hands_out_urls = request.method == "POST";
    CHECK((request.head.find(secret) != std::string::npos) == hands_out_urls);
    CHECK(request.body.find(secret) == std::string::npos);
  }
}

}  // namespace

void run_host_contract(const std::function<std::unique_ptr<HostPlace>()>& make) {
  const auto with = [&make](void (*check)(Trial&)) {
    Trial trial(make());
    check(trial);
  };
  SUBCASE("a clip can be read by its URL") {
    with(a_clip_can_be_read_by_its_url);
  }
  SUBCASE("an upload serves a later process") {
    with(an_upload_serves_a_later_process);
  }
  SUBCASE("a name is part of what is the same") {
    with(a_name_is_part_of_what_is_the_same);
  }
  SUBCASE("another type or content is sent") {
    with(another_type_or_content_is_sent);
  }
  SUBCASE("what is gone is sent again") {
    with(what_is_gone_is_sent_again);
  }
  SUBCASE("what is not what was prepared fails") {
    with(what_is_not_what_was_prepared_fails);
  }
  SUBCASE("no file and an empty one are not sent") {
    with(no_file_and_an_empty_one_are_not_sent);
  }
  SUBCASE("a stop ends it in the middle") {
    a_stop_ends_it_in_the_middle(make);
  }
  SUBCASE("temporary trouble is retried") {
    temporary_trouble_is_retried(make);
  }
  SUBCASE("no secret goes where the clips are") {
    with(no_secret_goes_where_the_clips_are);
  }
}

}  // namespace react1::test
