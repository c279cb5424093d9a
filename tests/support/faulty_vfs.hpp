// SPDX-License-Identifier: Apache-2.0
// A file system for SQLite with injected faults: locks that are not there, no shared memory, a full disk.
#pragma once

#include <sqlite3.h>

#include <mutex>
#include <string>
#include <vector>

namespace react1::test {

/// write_lock is the one lock of the shared memory that a writer takes: SQLITE_BUSY there is another program's write.
enum class VfsCall { open, read, write, sync, truncate, lock, shm_map, shm_lock, write_lock, remove };

/// While it lives, every database of this process is opened through it. One at a time.
class FaultyVfs {
 public:
  FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;
  /// Databases that were opened through it have to be closed by then.
  ~FaultyVfs();

  struct Fault {
    VfsCall call{};
    std::string suffix;  ///< of the file's name, such as "-wal"
    int code = 0;        ///< the code returned to SQLite
    int error = 0;       ///< errno that goes with it
  };
  /// From now on. Thread-safe.
  void fail(Fault fault);
  void heal();
  /// How often a fault was given.
  [[nodiscard]] int failed() const;

  /// For the shim itself: the code of the fault that hits this call, SQLITE_OK when there is none.
  [[nodiscard]] int code_for(VfsCall call, const std::string& name);

 private:
  mutable std::mutex mutex_;
  std::vector<Fault> faults_;
  int failed_ = 0;
};

}  // namespace react1::test
