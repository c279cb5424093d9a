// SPDX-License-Identifier: Apache-2.0
// One delivery, judged: everything that was signed counts, and nothing else does.
#include <algorithm>
#include <cctype>

#include "unit/fal/webhook_support.hpp"

using namespace react1;
using namespace react1::test;
using V = WebhookVerdict;

namespace {

constexpr std::int64_t kSent = 1'800'000'000;

WebhookVerdict judge(const Signed& delivery, const WebhookKeys& keys, std::int64_t now = kSent) {
  return verify_webhook(delivery.headers(), delivery.body, keys, at_second(now)).verdict;
}

}  // namespace

TEST_CASE("a delivery that the service signed is authentic, whichever of its keys it used") {
  const SigningKey old_key, new_key;
  const WebhookKeys keys{old_key.public_key(), new_key.public_key()};
  for (const SigningKey* key : {&old_key, &new_key}) {
    Signed delivery;
    delivery.sign(*key);
    const WebhookCheck check = verify_webhook(delivery.headers(), delivery.body, keys, at_second(kSent));
    CHECK(check.verdict == V::authentic);
    CHECK(check.trusted());
    CHECK(check.request_id == "r-1");
    CHECK(check.user_id == "user-1");
    CHECK(check.reason.empty());
  }
}

TEST_CASE("a fixed signature of the documented message is accepted, so that both sides cannot be wrong alike") {
  // RFC 8032, 7.1, TEST 1's key; the signature over the message below was made by another implementation of Ed25519.
  WebhookKey key;
  const std::string bytes = *from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
  Signed delivery;
  delivery.body = "{}";
  delivery.signature =
      "61edf73646014969b53b382078120a8821a9e0992010f8c8b1a5779850d265bf"
      "30ad4de3590b1fd588938e99c6f71ee2dcc547fa727a899461f3d1637336ba0f";
  CHECK(judge(delivery, {key}) == V::authentic);
}

TEST_CASE("a change to anything that was signed is seen") {
  const SigningKey key;
  const WebhookKeys keys{key.public_key()};
  const auto changed = [&](const std::function<void(Signed&)>& change) {
    Signed delivery;
    delivery.sign(key);
    change(delivery);
    return judge(delivery, keys);
  };
  CHECK(changed([](Signed&) {}) == V::authentic);
  CHECK(changed([](Signed& d) { d.body += " "; }) == V::wrong_signature);
  CHECK(changed([](Signed& d) { d.body.clear(); }) == V::wrong_signature);
  CHECK(changed([](Signed& d) { d.request_id = "r-2"; }) == V::wrong_signature);
  CHECK(changed([](Signed& d) { d.user_id = "user-2"; }) == V::wrong_signature);
  CHECK(changed([](Signed& d) { d.timestamp = "1800000001"; }) == V::wrong_signature);
  CHECK(changed([](Signed& d) { d.signature[5] = d.signature[5] == 'a' ? 'b' : 'a'; }) == V::wrong_signature);
  CHECK(changed([](Signed& d) { d.request_id = "r-1\nuser-1"; }) == V::malformed_header);
  for (std::size_t at = 0; at < 128; ++at)
    CHECK(changed([at](Signed& d) { d.signature[at] = d.signature[at] == '0' ? '1' : '0'; }) == V::wrong_signature);
}

TEST_CASE("another key's signature, and any without keys, is wrong") {
  const SigningKey key, stranger;
  Signed delivery;
  delivery.sign(stranger);
  CHECK(judge(delivery, {key.public_key()}) == V::wrong_signature);
  CHECK(judge(delivery, {}) == V::wrong_signature);
}

TEST_CASE("the signature in upper-case digits is the same one") {
  const SigningKey key;
  Signed delivery;
  delivery.sign(key);
  for (char& c : delivery.signature) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  CHECK(judge(delivery, {key.public_key()}) == V::authentic);
}

TEST_CASE("a second form of the same signature is refused") {
  const SigningKey key;
  Signed delivery;
  delivery.sign(key);
  // S + L, L being the group's order: the equation still holds, and a library that does not look accepts it.
  const std::string order = *from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  std::string bytes = *from_hex(delivery.signature);
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += unsigned{static_cast<unsigned char>(bytes[32 + i])} + static_cast<unsigned char>(order[i]);
    bytes[32 + i] = static_cast<char>(carry & 0xFFU);
    carry >>= 8U;
  }
  delivery.signature = to_hex(bytes);
  CHECK(judge(delivery, {key.public_key()}) == V::wrong_signature);
}

TEST_CASE("the time window is closed at 300 seconds on both sides") {
  const SigningKey key;
  Signed delivery;
  delivery.sign(key);
  const WebhookKeys keys{key.public_key()};
  CHECK(judge(delivery, keys, kSent + 300) == V::authentic);
  CHECK(judge(delivery, keys, kSent - 300) == V::authentic);
  CHECK(judge(delivery, keys, kSent + 301) == V::too_old);
  CHECK(judge(delivery, keys, kSent - 301) == V::too_new);
}

TEST_CASE("headers that are missing, empty, there twice or not of their form are named") {
  const SigningKey key;
  const WebhookKeys keys{key.public_key()};
  Signed delivery;
  delivery.sign(key);
  const WebhookHeaders whole = delivery.headers();
  const auto check = [&](const WebhookHeaders& headers) {
    return verify_webhook(headers, delivery.body, keys, at_second(kSent));
  };
  for (std::size_t at = 1; at < whole.size(); ++at) {
    WebhookHeaders headers = whole;
    headers.erase(headers.begin() + static_cast<std::ptrdiff_t>(at));
    CHECK(check(headers).verdict == V::missing_header);
    headers.emplace_back(whole[at].first, "");
    CHECK(check(headers).verdict == V::missing_header);
    headers.back().second = whole[at].second;
    CHECK(check(headers).verdict == V::authentic);
    headers.push_back(headers.back());
    CHECK(check(headers).verdict == V::malformed_header);
    CHECK_FALSE(check(headers).trusted());
    CHECK(contains(check(headers).reason, "twice"));
  }
  for (const char* timestamp :
       {"soon", "-5", "1800000000.5", "+1800000000", "18000000000000", "0x6b49d200", " 1800000000"}) {
    Signed odd = delivery;
    odd.timestamp = timestamp;
    CHECK(judge(odd, keys) == V::malformed_header);
  }
  for (const std::string& signature :
       {std::string("00"), delivery.signature.substr(2), delivery.signature + "00", std::string(128, 'g')}) {
    Signed odd = delivery;
    odd.signature = signature;
    CHECK(judge(odd, keys) == V::malformed_header);
  }
  Signed odd = delivery;
  odd.request_id = std::string(2000, 'r');
  CHECK(judge(odd, keys) == V::malformed_header);
}

TEST_CASE("a key set gives its Ed25519 keys and skips what else is in it") {
  const SigningKey one, two;
  const WebhookKeys keys = parse_webhook_keys(key_set({&one, &two}));
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].id == "k");
  CHECK(keys[0].bytes == one.public_key().bytes);
  CHECK(keys[1].bytes == two.public_key().bytes);
  const std::string x = one.coded();
  CHECK(parse_webhook_keys(R"({"keys":[{"x":")" + x + R"("}]})").size() == 1);
  CHECK(parse_webhook_keys(R"({"keys":[{"x":")" + x + R"(="}]})").size() == 1);
  // Each key is tried once, two of one id are two keys, and the number of them is bounded.
  CHECK(parse_webhook_keys(key_set({&one, &one, &two})).size() == 2);
  std::string many = R"({"keys":[)";
  for (int i = 0; i < 200; ++i) many += (i == 0 ? "" : ",") + (R"({"x":")" + SigningKey().coded() + "\"}");
  CHECK(parse_webhook_keys(many + "]}").size() == 64);
  for (const std::string& none : {std::string(),
                                  std::string("[]"),
                                  std::string("<html>"),
                                  std::string("{}"),
                                  std::string(R"({"keys":{}})"),
                                  std::string(R"({"keys":[1,null,"x",{}]})"),
                                  R"({"keys":[{"kty":"RSA","x":")" + x + R"("}]})",
                                  R"({"keys":[{"crv":"X25519","x":")" + x + R"("}]})",
                                  R"({"keys":[{"x":")" + x.substr(1) + R"("}]})",
                                  R"({"keys":[{"x":")" + x + R"(AAAA"}]})",
                                  R"({"keys":[{"x":"!)" + x.substr(1) + R"("}]})",
                                  std::string(R"({"keys":[{"x":5}]})"),
                                  R"({"keys":[{"kty":5,"x":")" + x + R"("}]})",
                                  R"({"keys":[{"kty":"oct","k":")" + x + R"(","x":")" + x + R"("}]})",
                                  R"({"keys":[{"kty":"EC","crv":"P-256","x":")" + x + R"("}]})",
                                  R"({"keys":[{"kty":"OKP","crv":"Ed448","x":")" + x + R"("}]})",
                                  R"({"keys":[{"kty":"OKP","crv":null,"x":")" + x + R"("}]})",
                                  R"({"keys":[{"kty":"OKP","crv":"Ed25519","alg":"HS256","x":")" + x + R"("}]})",
                                  R"({"keys":[{"kty":"OKP","crv":"Ed25519","alg":"none","x":")" + x + R"("}]})",
                                  R"({"keys":[{"kty":"OKP","crv":"Ed25519","use":"enc","x":")" + x + R"("}]})",
                                  R"({"keys":[{"x":")" + x + R"(=="}]})",
                                  R"({"keys":[{"x":"=)" + x.substr(1) + R"("}]})",
                                  R"({"keys":[{"x":" )" + x.substr(1) + R"("}]})",
                                  R"({"keys":[{"x":"+)" + x.substr(1) + R"("}]})",
                                  R"({"keys":[{"x":"/)" + x.substr(1) + R"("}]})",
                                  R"({"keys":[{"x":")" + std::string(43, 'A') + R"("}]})"}) {
    CAPTURE(none);
    CHECK(parse_webhook_keys(none).empty());
  }
}

TEST_CASE("a key is written in one way only, and keys for which everybody can sign are none") {
  const auto coded = [](const std::array<std::uint8_t, 32>& bytes) {
    std::string text(44 + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), 32);
    text.resize(43);
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
  };
  const auto is_taken = [](const std::string& x) {
    return !parse_webhook_keys(R"({"keys":[{"x":")" + x + R"("}]})").empty();
  };
  std::array<std::uint8_t, 32> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes.at(i) = static_cast<std::uint8_t>(7 * i + 1);
  const std::string plain = coded(bytes);
  REQUIRE(is_taken(plain));
  CHECK(parse_webhook_keys(R"({"keys":[{"x":")" + plain + R"("}]})")[0].bytes == bytes);
  // The last letter holds four bits of the key and two that are 0: three other letters would say the same.
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto last = kLetters.find(plain.back());
  for (std::size_t more = 1; more < 4; ++more) {
    CHECK_FALSE(is_taken(plain.substr(0, 42) + kLetters[last + more]));
  }
  std::array<std::uint8_t, 32> weak{};
  for (const int first : {0, 1}) {
    for (const int sign : {0x00, 0x80}) {
      weak = {};
      weak[0] = static_cast<std::uint8_t>(first);
      weak[31] = static_cast<std::uint8_t>(sign);
      CHECK_FALSE(is_taken(coded(weak)));
    }
  }
  for (const int first : {0xEC, 0xED, 0xEE}) {
    for (const int end : {0x7F, 0xFF}) {
      weak.fill(0xFF);
      weak[0] = static_cast<std::uint8_t>(first);
      weak[31] = static_cast<std::uint8_t>(end);
      CHECK_FALSE(is_taken(coded(weak)));
    }
  }
}
