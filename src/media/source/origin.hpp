// SPDX-License-Identifier: Apache-2.0
// The state of a Source, shared by its copies.
#pragma once

#include <memory>
#include <string>

#include <react1/source.hpp>

#include "core/remote_file.hpp"
#include "media/source/bytes.hpp"
#include "media/source/made_once.hpp"
#include "media/source/spool.hpp"

namespace react1::REACT1_ABI {

struct Source::Origin {
  Kind kind{};
  std::string name, address;
  std::shared_ptr<media::Bytes> bytes;  ///< memory, and a reader that can seek; else null
  Reader reader;                        ///< one that has to be spooled
  media::MadeOnce<RemoteFile> remote;   ///< of a URL; with ranges it is read there
  media::SpooledOnce spooled;
};

/// Access to the state of a Source, for the rooms that read it.
struct SourceAccess {
  using Origin = Source::Origin;
  [[nodiscard]] static Origin& origin(const Source& source) noexcept { return *source.origin_; }
};

}  // namespace react1::REACT1_ABI
