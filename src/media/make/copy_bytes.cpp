// SPDX-License-Identifier: Apache-2.0
// passthrough: the same bytes.
#include <fmt/format.h>

#include <cstddef>
#include <vector>

#include "core/own_file.hpp"
#include "media/ff/check.hpp"
#include "media/make/copy.hpp"
#include "media/source/source_address.hpp"
#include "media/source/source_io.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

struct CloseIo {
  void operator()(AVIOContext* io) const noexcept { avio_close(io); }
};
using Io = std::unique_ptr<AVIOContext, CloseIo>;

Io create(const std::filesystem::path& file) {
  require_own_file(file);
  AVIOContext* raw = nullptr;
  ff::check(avio_open2(&raw, file_address(file.string()).c_str(), AVIO_FLAG_WRITE, nullptr, nullptr),
            "creating the file", file.string());
  return Io{raw};
}

}  // namespace

void copy_bytes(const ClipInput& input, const std::filesystem::path& file, const RunContext& context) {
  const std::string& name = input.source.name();
  const std::optional<std::int64_t>& expected = input.info.size_bytes;
  ff::Interrupt interrupt(context.stop, input.limits.stall_timeout);
  const SourceIo in(input.source, input.limits, interrupt);
  Io out = create(file);
  std::vector<unsigned char> block(std::size_t{1} << 20U);
  std::int64_t copied = 0;
  for (;;) {
    context.throw_if_stopped();
    interrupt.begin();
    const int got = avio_read_partial(&in.context(), block.data(), static_cast<int>(block.size()));
    in.rethrow_failure();
    if (const auto stopped = interrupt.error(name)) throw *stopped;
    if (got == AVERROR_EOF || got == 0) break;
    ff::check(got, "reading", name);
    avio_write(out.get(), block.data(), got);
    ff::check(out->error, "writing the file", file.string());
    copied += got;
    context.observer->on_progress({Stage::prepare, copied, expected, "bytes"});
  }
  avio_flush(out.get());
  ff::check(out->error, "writing the file", file.string());
  ff::check(avio_close(out.release()), "closing the file", file.string());
  if (expected && copied != *expected) {
    throw Error(ErrorCode::media, name,
                fmt::format("has {} bytes now and had {} when it was probed", copied, *expected),
                {.hint = "it may still be being written; try again when it is complete"});
  }
}

}  // namespace react1::media
