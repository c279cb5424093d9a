// SPDX-License-Identifier: Apache-2.0
// What may become of a file that lies where a result is to go.
#pragma once

#include <react1/api.hpp>

namespace react1::REACT1_ABI {

/// An output that exists and is no regular file (folder, device, FIFO, socket, a symlink that leads to one or nowhere)
/// is always Error{usage}, before any work. A symlink to a regular file is written through: the file it leads to is
/// replaced, the link stays. A regular file that is there already, and likewise OUTPUT.json, is replaced only when it
/// is proved to be a result of the same intent (by the record beside it or the job store, and by the file's sha256);
/// anything else is Error{usage} before anything is uploaded or paid.
struct OutputOptions {
  bool overwrite = false;  ///< replace a regular file whatever it is; never anything else
  /// The caller hands the file on and removes it: no record is written beside it, and the job does not name it.
  bool passing = false;
};

}  // namespace react1::REACT1_ABI
