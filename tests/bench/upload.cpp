// SPDX-License-Identifier: Apache-2.0
// Uploads one file as the program does, for tests/bench/uploads.py.
//   bench_upload URL FILE MEMORY TYPE [SHA256]
// MEMORY: where uploads are remembered. TYPE: the media type. SHA256: of the file, which a run knows from making the
// clip; without it the upload takes it itself. Prints one JSON line: the process's peak memory before the upload and
// after it.
#include <cstdio>
#include <fstream>
#include <react1/fal.hpp>
#include <string>

using namespace react1;  // NOLINT(google-build-using-namespace): a small program

namespace {

/// Of this program alone; getrusage() would count what its parent had when it forked.
long peak_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    long kb = 0;
    if (word == "VmHWM:" && status >> kb) return kb;
  }
  return 0;
}

void upload(int argc, char** argv) {
  FalOptions options;
  options.key = Secret("bench:not-a-real-secret");
  options.queue_url = options.rest_url = argv[1];
  options.upload.memory = argv[3];
  FalClient client(options);
  const long idle = peak_kb();
  const std::string url = client.upload(argv[2], argv[4], RunContext{}, argc == 6 ? argv[5] : "");
  std::printf("{\"url\": \"%s\", \"idle_kb\": %ld, \"peak_kb\": %ld}\n", url.c_str(), idle, peak_kb());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) return 2;
  try {
    upload(argc, argv);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
