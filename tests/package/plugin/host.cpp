// SPDX-License-Identifier: Apache-2.0
// The media tool: loads plug-ins that know nothing of each other, and calls each: host PLUGIN FILE
#include <dlfcn.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  void* plugin = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (plugin == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  auto* run = reinterpret_cast<int (*)(const char*)>(dlsym(plugin, "plugin_run"));
  return run != nullptr ? run(argv[2]) : 1;
}
