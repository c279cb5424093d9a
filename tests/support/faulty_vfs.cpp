// SPDX-License-Identifier: Apache-2.0
#include "support/faulty_vfs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <new>

namespace react1::test {
namespace {

/// SQLite calls plain functions, so the one shim that lives is found here.
FaultyVfs* g_shim = nullptr;     // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
sqlite3_vfs* g_real = nullptr;   // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
sqlite3_vfs g_vfs{};             // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
sqlite3_io_methods g_methods{};  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

/// What SQLite holds for an open file. The real one's follows it.
struct File {
  sqlite3_file base;
  std::string* name;
};

File& own(sqlite3_file* file) {
  return *reinterpret_cast<File*>(file);
}

sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
}

/// The call, or the fault in its place.
template <class Call>
int unless_faulty(VfsCall call, sqlite3_file* file, const Call& do_it) {
  const int code = g_shim->code_for(call, *own(file).name);
  return code != SQLITE_OK ? code : do_it(real(file));
}

int do_close(sqlite3_file* file) {
  const int code = real(file)->pMethods->xClose(real(file));
  delete own(file).name;
  return code;
}

void fill_methods() {
  g_methods.iVersion = 2;  // no memory map
  g_methods.xClose = do_close;
  g_methods.xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
    return unless_faulty(VfsCall::read, f, [&](sqlite3_file* r) { return r->pMethods->xRead(r, to, n, at); });
  };
  g_methods.xWrite = [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
    return unless_faulty(VfsCall::write, f, [&](sqlite3_file* r) { return r->pMethods->xWrite(r, from, n, at); });
  };
  g_methods.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
    return unless_faulty(VfsCall::truncate, f, [&](sqlite3_file* r) { return r->pMethods->xTruncate(r, size); });
  };
  g_methods.xSync = [](sqlite3_file* f, int flags) {
    return unless_faulty(VfsCall::sync, f, [&](sqlite3_file* r) { return r->pMethods->xSync(r, flags); });
  };
  g_methods.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
    return real(f)->pMethods->xFileSize(real(f), size);
  };
  g_methods.xLock = [](sqlite3_file* f, int level) {
    return unless_faulty(VfsCall::lock, f, [&](sqlite3_file* r) { return r->pMethods->xLock(r, level); });
  };
  g_methods.xUnlock = [](sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); };
  g_methods.xCheckReservedLock = [](sqlite3_file* f, int* out) {
    return real(f)->pMethods->xCheckReservedLock(real(f), out);
  };
  g_methods.xFileControl = [](sqlite3_file* f, int what, void* with) {
    return real(f)->pMethods->xFileControl(real(f), what, with);
  };
  g_methods.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
  g_methods.xDeviceCharacteristics = [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); };
  g_methods.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** at) {
    return unless_faulty(VfsCall::shm_map, f,
                         [&](sqlite3_file* r) { return r->pMethods->xShmMap(r, page, size, extend, at); });
  };
  g_methods.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) {
    if (constexpr int kWriter = 0, kTake = SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE;
        offset == kWriter && flags == kTake) {
      if (const int code = g_shim->code_for(VfsCall::write_lock, *own(f).name); code != SQLITE_OK) return code;
    }
    return unless_faulty(VfsCall::shm_lock, f,
                         [&](sqlite3_file* r) { return r->pMethods->xShmLock(r, offset, n, flags); });
  };
  g_methods.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
  g_methods.xShmUnmap = [](sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); };
}

int do_open(sqlite3_vfs* /*vfs*/, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  own(file).base.pMethods = nullptr;
  const std::string text = name == nullptr ? "" : name;
  if (const int code = g_shim->code_for(VfsCall::open, text); code != SQLITE_OK) return code;
  const int code = g_real->xOpen(g_real, name, real(file), flags, out_flags);
  if (code != SQLITE_OK) return code;
  own(file).name = new std::string(text);
  own(file).base.pMethods = &g_methods;
  return SQLITE_OK;
}

}  // namespace

FaultyVfs::FaultyVfs() {
  REQUIRE(g_shim == nullptr);
  g_shim = this;
  g_real = sqlite3_vfs_find(nullptr);
  REQUIRE(g_real != nullptr);
  fill_methods();
  g_vfs = *g_real;
  g_vfs.pNext = nullptr;
  g_vfs.zName = "react1-faulty";
  g_vfs.szOsFile = static_cast<int>(sizeof(File)) + g_real->szOsFile;
  g_vfs.xOpen = do_open;
  g_vfs.xDelete = [](sqlite3_vfs* /*vfs*/, const char* name, int sync) {
    const int code = g_shim->code_for(VfsCall::remove, name);
    return code != SQLITE_OK ? code : g_real->xDelete(g_real, name, sync);
  };
  REQUIRE(sqlite3_vfs_register(&g_vfs, /*makeDflt=*/1) == SQLITE_OK);
}

FaultyVfs::~FaultyVfs() {
  sqlite3_vfs_unregister(&g_vfs);
  sqlite3_vfs_register(g_real, /*makeDflt=*/1);
  g_shim = nullptr;
}

void FaultyVfs::fail(Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(std::move(fault));
}

void FaultyVfs::heal() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

int FaultyVfs::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

int FaultyVfs::code_for(VfsCall call, const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto hit = std::find_if(faults_.begin(), faults_.end(),
                                [&](const Fault& fault) { return fault.call == call && name.ends_with(fault.suffix); });
  if (hit == faults_.end()) return SQLITE_OK;
  ++failed_;
  errno = hit->error;
  return hit->code;
}

}  // namespace react1::test
