// SPDX-License-Identifier: Apache-2.0
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

extern "C" {
#include <libavutil/log.h>
}

int main(int argc, char** argv) {
  // The encoders' messages on standard error would hide a failed check.
  av_log_set_level(AV_LOG_ERROR);
  return doctest::Context(argc, argv).run();
}
