// SPDX-License-Identifier: Apache-2.0
// What counts as the same input.
#include <doctest/doctest.h>

#include <string>

#include "fal/protocol/input_digest.hpp"
#include "fal/protocol/wire.hpp"
#include "models/registry.hpp"

using react1::fal::input_digest;

TEST_CASE("the order of keys and the writing of numbers make no difference") {
  const std::string digest = input_digest(R"({"a":1,"b":{"x":0.5,"y":[1,2]},"t":1.0})");
  CHECK(digest.size() == 64);
  CHECK(input_digest(R"({"t":1,"b":{"y":[1.0,2],"x":0.50},"a":1.0})") == digest);
  CHECK(input_digest(" {\n\"a\" : 1, \"b\":{\"x\":5e-1,\"y\":[1,2]},\"t\":1}") == digest);
}

TEST_CASE("everything else does") {
  const std::string digest = input_digest(R"({"a":1,"b":[1,2],"s":"1"})");
  for (const char* other :
       {R"({"a":1,"b":[1,2]})", R"({"a":1,"b":[1,2],"s":"1","extra":null})", R"({"a":1,"b":[2,1],"s":"1"})",
        R"({"a":1.0000001,"b":[1,2],"s":"1"})", R"({"a":1,"b":[1,2],"s":1})", R"({"A":1,"b":[1,2],"s":"1"})",
        R"({"a":1,"b":[1,2],"s":"1 "})", R"({"a":true,"b":[1,2],"s":"1"})"}) {
    CAPTURE(std::string(other));
    CHECK(input_digest(other) != digest);
  }
}

TEST_CASE("what is no object has no digest") {
  for (const char* text : {"", "null", "[]", "1", "{", "<html>"}) CHECK(input_digest(text).empty());
}

TEST_CASE("what is sent has the digest of what a service would list") {
  const std::string sent = react1::fal::write_submit(models::standard(), {}, "https://x/v.mp4", "https://x/a.mp3");
  const std::string listed = R"({"temperature":0.5,"lipsync_mode":"bounce","model_mode":"face","emotion":"neutral",
                                 "audio_url":"https://x/a.mp3","video_url":"https://x/v.mp4"})";
  CHECK(input_digest(sent) == input_digest(listed));
}
