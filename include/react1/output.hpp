// SPDX-License-Identifier: Apache-2.0
// What happens to an existing file at the output path.
#pragma once

#include <react1/api.hpp>

namespace react1::REACT1_ABI {

/// An output that exists and is no regular file (folder, device, FIFO, socket, a symlink to one of these, a dangling
/// symlink) is always Error{usage}, before any work. A symlink to a regular file is written through: its target is
/// replaced, the link stays. An existing regular file, and likewise OUTPUT.json, is replaced only when it is proved to
/// be a result of the same intent (by the record next to it or the job store, and by the file's sha256); anything else
/// is Error{usage} before anything is uploaded or paid.
struct OutputOptions {
  bool overwrite = false;  ///< replace any regular file; never anything else
  /// The caller passes the file on and removes it: no record is written next to it, and the job does not name it.
  bool passing = false;
};

}  // namespace react1::REACT1_ABI
