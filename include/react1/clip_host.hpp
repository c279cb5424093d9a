// SPDX-License-Identifier: Apache-2.0
// Where prepared clips are stored so that the service can read them. The service's own storage is one such host
// (FalClient::clip_host); a program may bring another (Service::clip_host).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <react1/api.hpp>
#include <react1/run_context.hpp>

namespace react1::REACT1_ABI {

/// A finished clip on the local disk.
struct ClipFile {
  std::string path;          ///< its content and this name must stay unchanged until upload() has returned
  std::string content_type;  ///< media type
  std::string sha256{};      ///< of the content, lower-case hex; empty: not known
  std::string name{};        ///< its name at the host; empty: its own name
};

/// A clip that the service can read.
struct HostedClip {
  std::string url;  ///< http(s). Anyone who has it can read the clip: logs and records contain it redacted
  /// When the URL stops working; nullopt: the host does not say. A request sent later than that gets a new URL.
  std::optional<std::chrono::system_clock::time_point> expires{};
  bool reused = false;  ///< an earlier upload; nothing was sent
};

/// Port. Safe from several threads: both clips of a job are uploaded at the same time.
class REACT1_API ClipHost {
 public:
  ClipHost();
  ClipHost(const ClipHost&) = delete;
  ClipHost& operator=(const ClipHost&) = delete;
  virtual ~ClipHost();

  /// Identifies the host, in one printable line without a secret, e.g. "https://rest.fal.ai". What is remembered of
  /// uploads to one place must not be used for another.
  [[nodiscard]] virtual std::string identity() const = 0;

  /// Blocks until the service can read all bytes of the file under the URL that is returned.
  ///
  /// An earlier upload may be returned if its content, media type and name are the same, and if the host still has all
  /// of it now: ask it, a remembered URL is not enough. A file with another `name` is never that one, because a name
  /// may identify the payment that it is for. Such a reuse is the note "upload_reused".
  ///
  /// Progress is Stage::upload in bytes; observer calls come on the caller's thread. A stop ends the call with
  /// Error{interrupted} within 200 ms. Temporary failures are retried, expired upload URLs replaced. Throws Error: {io}
  /// for a file that is missing, empty, unreadable or not the one with `sha256`; {network}, {auth}, {refused}. How long
  /// the host keeps a clip, and who may read it, are the host's own settings.
  [[nodiscard]] virtual HostedClip upload(const ClipFile& clip, const RunContext& context) = 0;
};

}  // namespace react1::REACT1_ABI
