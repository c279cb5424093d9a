// SPDX-License-Identifier: Apache-2.0
#include "http/policy/storage_fault.hpp"

#include <doctest/doctest.h>

#include <string>

#include "http/message/content_range.hpp"

using namespace react1::http;

TEST_CASE("a store's code and its message are read, and nothing else it shows") {
  CHECK(storage_fault_text("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SignatureDoesNotMatch</Code>"
                           "<Message>The request &amp; the key &lt;differ&gt;</Message>"
                           "<StringToSign>AWS4 secret</StringToSign></Error>") ==
        "SignatureDoesNotMatch: The request & the key <differ>");
  CHECK(storage_fault_text("\xEF\xBB\xBF<?xml version='1.0'?><Error><Code>AuthenticationFailed</Code><Message>Server "
                           "failed.\nRequestId:1</Message></Error>") == "AuthenticationFailed: Server failed.");
  CHECK(storage_fault_text("<Error><Code>NoSuchKey</Code></Error>") == "NoSuchKey");
  CHECK(storage_fault_text("<Error><Code>A</Code><Message>" + std::string(201, 'x') + "</Message></Error>") == "A");
  CHECK(storage_fault_text("<Error><Code>A</Code><Message>\x1b[31mred\xff</Message></Error>") == "A: ?[31mred?");
}

TEST_CASE("what is no store's error is none") {
  for (const char* body : {"", "<html><Code>A</Code></html>", "<Error></Error>", "<Error><Code></Code></Error>",
                           "<Error><Code>a b</Code></Error>", "<Error><Code>A", "{\"Code\":\"A\"}"}) {
    CAPTURE(body);
    CHECK_FALSE(storage_fault(body));
  }
  CHECK_FALSE(storage_fault("<Error><Code>" + std::string(65, 'A') + "</Code></Error>"));
}

TEST_CASE("a Content-Range is read when it makes sense") {
  const auto range = parse_content_range("bytes 100-199/200");
  REQUIRE(range);
  CHECK(range->first == 100);
  CHECK(range->last == 199);
  CHECK(range->total == 200);
  CHECK(parse_content_range("Bytes 0-0/*"));
  for (const char* text : {"", "bytes", "bytes */200", "bytes 1-0/2", "bytes 0-200/200", "bytes -1-2/3", "bytes 0-1",
                           "bytes 0-1/x", "items 0-1/2", "bytes 0-9223372036854775808/9223372036854775809"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_content_range(text));
  }
}

TEST_CASE("what a body is packed with") {
  CHECK(packing_of({}).empty());
  CHECK(packing_of({{"Content-Encoding", "identity"}}).empty());
  CHECK(packing_of({{"content-encoding", "aws-chunked"}}).empty());
  CHECK(packing_of({{"Content-Encoding", "aws-chunked, GZIP"}, {"Content-Encoding", "br"}}) == "gzip, br");
}
