// SPDX-License-Identifier: Apache-2.0
#include "fal/protocol/service_identity.hpp"

#include <optional>
#include <react1/error.hpp>
#include <string>

#include "core/random.hpp"
#include "core/redact.hpp"
#include "core/sandbox_proof.hpp"
#include "fal/protocol/verdict.hpp"
#include "fal/protocol/wire.hpp"

namespace react1::fal {
namespace {

constexpr std::size_t kChallengeBytes = 16;
/// A single answer may come from a proxy that imitates the service, or be meant for another client.
constexpr int kDenials = 2;

enum class Word { proof, denial, none };

struct Said {
  Word word = Word::none;
  std::string instance{};
};

Said read_word(const http::Response& response, const std::string& challenge, const Secret& key) {
  const auto body = read_object(response.body);
  if (!body) return {};
  const std::string instance = text_of(*body, "sandbox");
  if (!instance.empty() && text_of(*body, "proof") == sandbox_proof(challenge, instance))
    return {Word::proof, instance};
  if (is_passing_trouble(response.status)) return {};
  // A queue has no such request; a status of it, or of another one, is a misrouted answer.
  const bool is_about_it = may_be_about(response, std::string(kSandboxChallengePrefix) + challenge);
  const bool is_denial = response.status >= 400 && is_about_it && read_fault(response, key).is_queue_format();
  return {is_denial ? Word::denial : Word::none};
}

/// The service's answer to one challenge.
Said ask(const Session& session, const RunContext& context) {
  const Secret& key = session.options().key;
  const std::string challenge = random_hex(kChallengeBytes);
  const std::string url = session.endpoints().status_of(std::string(kSandboxChallengePrefix) + challenge);
  const Subject subject{redact_url(url), "asking which service this is"};
  const http::Response response = answer_of(
      http::perform_with_retry(session.transport(), session.with_key(http::Method::get, url), session.retry(), context,
                               [&](const http::Response& answer) {
                                 return is_denial(answer, key) || read_word(answer, challenge, key).word != Word::none;
                               }),
      subject);
  if (is_denial(response, key)) throw refusal(response, subject, key);
  Said said = read_word(response, challenge, key);
  if (said.word == Word::none) {
    if (is_passing_trouble(response.status)) throw refusal(response, subject, key);
    throw unusable(response, subject, "the queue's", key);
  }
  return said;
}

}  // namespace

ServiceIdentity service_identity(const Session& session, const RunContext& context) {
  const Endpoints& endpoints = session.endpoints();
  ServiceIdentity identity{.endpoint = session.options().endpoint, .queue_url = endpoints.queue()};
  if (!endpoints.is_queue_on_loopback()) return identity;
  for (int denials = 0; denials < kDenials; ++denials) {
    const Said said = ask(session, context);
    if (said.word != Word::proof) continue;
    identity.sandbox = said.instance;
    break;
  }
  return identity;
}

}  // namespace react1::fal
