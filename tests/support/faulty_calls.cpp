// SPDX-License-Identifier: Apache-2.0
// A library to preload into the program under test: system calls that fail as REACT1_FAULTY_CALLS says, a list of
//   CALL PATH ERROR [WHEN]
// separated by ';'. CALL is fsync, lock (a file lock), map (shared memory), write, or rename (onto PATH); PATH is a
// file or a folder; ERROR is a number (errno), or KILL: the process dies there. With WHEN, the fault begins once that
// file exists. The file REACT1_FAULTY_CALLS_MET is made when a call has met its fault. Written
// like C: it runs inside arbitrary calls.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

/// The function that this library wraps.
template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

bool is_same(const struct stat& a, const char* path) {
  struct stat b {};
  const std::size_t length = std::strlen(path);
  if (length > 2 && std::strcmp(path + length - 2, "/*") == 0) {
    char folder[1024] = "";
    std::strncpy(folder, path, length - 2);
    return ::stat(folder, &b) == 0 && a.st_dev == b.st_dev;
  }
  return ::stat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// Sets errno and returns true when a fault is due for `call` on the file behind `file`, or named `name`.
bool is_due(const char* call, int file, const char* name) {
  const char* list = std::getenv("REACT1_FAULTY_CALLS");
  while (list != nullptr && *list != '\0') {
    char which[16] = "", path[1024] = "", error[16] = "", when[1024] = "";
    const int fields = std::sscanf(list, "%15s %1023s %15s %1023[^; ]", which, path, error, when);
    const char* end = std::strchr(list, ';');
    list = end == nullptr ? nullptr : end + 1;
    if (char* semicolon = std::strchr(error, ';')) *semicolon = '\0';
    if (fields < 3 || std::strcmp(which, call) != 0) continue;
    if (*when != '\0' && ::access(when, F_OK) != 0) continue;
    struct stat facts {};
    const bool is_hit =
        name != nullptr ? std::strcmp(name, path) == 0 : ::fstat(file, &facts) == 0 && is_same(facts, path);
    if (!is_hit) continue;
    const char* met = std::getenv("REACT1_FAULTY_CALLS_MET");
    if (const int mark = met == nullptr ? -1 : ::creat(met, 0600); mark >= 0) ::close(mark);
    if (std::strcmp(error, "KILL") == 0) ::raise(SIGKILL);
    errno = std::atoi(error);
    return true;
  }
  return false;
}

bool is_lock(int command) {
  return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK;
}

}  // namespace

extern "C" {

int fsync(int file) {
  return is_due("fsync", file, nullptr) ? -1 : next<int (*)(int)>("fsync")(file);
}

int fdatasync(int file) {
  return is_due("fsync", file, nullptr) ? -1 : next<int (*)(int)>("fdatasync")(file);
}

int fcntl64(int file, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  if (is_lock(command) && is_due("lock", file, nullptr)) return -1;
  return next<int (*)(int, int, ...)>("fcntl64")(file, command, argument);
}

int fcntl(int file, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  if (is_lock(command) && is_due("lock", file, nullptr)) return -1;
  return next<int (*)(int, int, ...)>("fcntl")(file, command, argument);
}

void* mmap64(void* at, std::size_t size, int protection, int flags, int file, off64_t offset) {
  if ((flags & MAP_SHARED) != 0 && file >= 0 && is_due("map", file, nullptr)) return MAP_FAILED;
  return next<void* (*)(void*, std::size_t, int, int, int, off64_t)>("mmap64")(at, size, protection, flags, file,
                                                                               offset);
}

ssize_t pwrite64(int file, const void* from, std::size_t size, off64_t offset) {
  if (is_due("write", file, nullptr)) return -1;
  return next<ssize_t (*)(int, const void*, std::size_t, off64_t)>("pwrite64")(file, from, size, offset);
}

ssize_t pwrite(int file, const void* from, std::size_t size, off_t offset) {
  if (is_due("write", file, nullptr)) return -1;
  return next<ssize_t (*)(int, const void*, std::size_t, off_t)>("pwrite")(file, from, size, offset);
}

int rename(const char* from, const char* to) noexcept {
  return is_due("rename", -1, to) ? -1 : next<int (*)(const char*, const char*)>("rename")(from, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  if (is_due("rename", -1, to)) return -1;
  return next<int (*)(int, const char*, int, const char*, unsigned)>("renameat2")(from_folder, from, to_folder, to,
                                                                                  flags);
}

}  // extern "C"
