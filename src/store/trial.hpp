// SPDX-License-Identifier: Apache-2.0
// Whether a folder can hold a store: tested with a trial store, which is removed again.
#pragma once

#include <string>

namespace react1::store {

/// Makes a job store in a new folder below `folder`, writes to it from two connections, as two processes would, and
/// removes it. Throws Error{io} that names what the file system lacks.
void try_store_in(const std::string& folder);

}  // namespace react1::store
