// SPDX-License-Identifier: Apache-2.0
#include "media/picture/intact_pictures.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <vector>

namespace react1::media {
namespace {

/// Frames of 25 per second; times are in frames.
Seconds at(int frame) {
  return {frame, 25};
}

/// A stream without reordering: a key picture every ten, one packet and one picture each.
PictureEvents plain(int frames) {
  PictureEvents events{.packets = {}, .pictures = {}, .interval = at(1)};
  for (int i = 0; i < frames; ++i) {
    events.packets.push_back({.time = at(i)});
    events.pictures.push_back({.time = at(i), .key = i % 10 == 0});
  }
  return events;
}

void lose_picture(PictureEvents& events, int frame) {
  std::erase_if(events.pictures, [&](const auto& picture) { return picture.time == at(frame); });
}

IntactPictures judge(const PictureEvents& events, int start, int end) {
  return judge_pictures(events, at(start), at(end), at(1) / 2);
}

TEST_CASE("a healthy window is complete wherever it is") {
  const PictureEvents events = plain(50);
  for (int start = 0; start < 49; ++start) {
    CAPTURE(start);
    const IntactPictures found = judge(events, start, 50);
    CHECK_FALSE(found.late);
    CHECK_FALSE(found.early);
    CHECK(found.start_s == at(start));
    CHECK(found.end_s == at(50));
    CHECK(found.undecoded == 0);
  }
}

TEST_CASE(
    "a packet that is refused ends the good part wherever it is, and a window after it begins with the next key") {
  for (int damaged = 1; damaged < 50; ++damaged) {
    CAPTURE(damaged);
    PictureEvents events = plain(50);
    events.packets[static_cast<std::size_t>(damaged)].damaged = true;
    lose_picture(events, damaged);
    const IntactPictures found = judge(events, 0, 50);
    CHECK_FALSE(found.late);
    CHECK(found.end_s == at(damaged));
    const int next_key = (damaged / 10 + 1) * 10;
    if (next_key >= 50) continue;
    const IntactPictures behind = judge(events, damaged, 50);
    CHECK(behind.late);
    CHECK(behind.start_s == at(next_key));
    CHECK_FALSE(behind.head_of_stream);
    CHECK_FALSE(behind.early);
  }
}

TEST_CASE("pictures at the head of a stream that don't come are left out and counted") {
  for (int first = 1; first < 20; ++first) {
    CAPTURE(first);
    PictureEvents events = plain(50);
    for (int i = 0; i < first; ++i) lose_picture(events, i);
    const IntactPictures found = judge(events, 0, 50);
    CHECK(found.late);
    CHECK(found.head_of_stream);
    CHECK(found.start_s == at(first));
    CHECK(found.undecoded == first);
    CHECK_FALSE(found.early);
    CHECK_FALSE(judge(events, first, 50).late);
  }
}

TEST_CASE("packets without a time that show nothing cost no time, and are counted") {
  PictureEvents events = plain(50);
  events.packets.insert(events.packets.begin() + 1, 4, PictureEvents::Packet{});
  const IntactPictures found = judge(events, 0, 50);
  CHECK_FALSE(found.late);
  CHECK_FALSE(found.early);
  CHECK(found.undecoded == 4);
}

TEST_CASE("a stream whose beginning was refused is not good before a key picture") {
  PictureEvents events = plain(50);
  events.packets[0].damaged = true;  // what follows comes without a mark
  lose_picture(events, 0);
  const IntactPictures found = judge(events, 0, 50);
  CHECK(found.late);
  CHECK(found.start_s == at(10));
  CHECK(found.head_of_stream);
}

TEST_CASE("a key picture that was refused spoils a window that begins with it") {
  PictureEvents events = plain(50);
  events.packets[20].damaged = true;
  lose_picture(events, 20);
  CHECK(judge(events, 20, 50).start_s == at(30));
  CHECK(judge(events, 0, 50).end_s == at(20));
}

TEST_CASE("a marked picture spoils what follows it up to the next key picture") {
  PictureEvents events = plain(50);
  events.pictures[23].flawed = true;
  CHECK(judge(events, 0, 50).end_s == at(23));
  CHECK(judge(events, 25, 50).start_s == at(30));
}

TEST_CASE("what is shown before a damaged packet but decoded after it is in doubt") {
  PictureEvents events = plain(20);
  // Decoded as 0 4 1 2 3 8 5 6 7 …: packet 4 is refused.
  events.packets.clear();
  for (const int time : {0, 4, 1, 2, 3, 8, 5, 6, 7, 9, 10, 11}) events.packets.push_back({.time = at(time)});
  events.packets[1].damaged = true;
  lose_picture(events, 4);
  CHECK(judge(events, 0, 12).end_s == at(1));
}

TEST_CASE("pictures that silently don't come at the end are missing there") {
  PictureEvents events = plain(50);
  for (int i = 46; i < 50; ++i) lose_picture(events, i);
  CHECK(judge(events, 0, 50).end_s == at(46));
  CHECK_FALSE(judge(events, 0, 46).early);
}

TEST_CASE("a last picture that is held for long is no loss") {
  const PictureEvents events = plain(50);
  CHECK_FALSE(judge(events, 0, 200).early);
}

TEST_CASE("a seek past the window's start is reported") {
  PictureEvents events = plain(50);
  events.from_beginning = false;
  for (int i = 0; i < 10; ++i) lose_picture(events, i);
  CHECK(judge(events, 5, 50).entered_too_late);
  CHECK_FALSE(judge(events, 12, 50).entered_too_late);
}

TEST_CASE("without any good picture the part is empty") {
  PictureEvents events = plain(50);
  events.pictures.clear();
  const IntactPictures found = judge(events, 0, 50);
  CHECK(found.late);
  CHECK(found.early);
  CHECK(found.start_s == found.end_s);
}

}  // namespace
}  // namespace react1::media
