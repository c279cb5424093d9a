// SPDX-License-Identifier: Apache-2.0
// A plug-in with one function of its own. It uses what crosses the library's border in both directions: exceptions,
// virtual functions, callbacks, values with inline members.
#include <react1/error.hpp>
#include <react1/jobs.hpp>
#include <react1/json.hpp>
#include <react1/log_sink.hpp>
#include <react1/media.hpp>
#include <react1/pipeline.hpp>
#include <react1/version.hpp>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

class CountingObserver final : public react1::Observer {
 public:
  void on_progress(const react1::Progress& /*progress*/) override { ++calls; }
  int calls = 0;
};

// What a caller's reader throws comes through the library: an Error as it is, all else as an Error.
template <class Thrown>
react1::ErrorCode code_of(const Thrown& thrown) {
  react1::Reader reader;
  reader.read = [&](std::span<std::byte>) -> std::size_t { throw thrown; };
  try {
    (void)react1::probe(react1::Source::reader(std::move(reader)));
  } catch (const react1::Error& error) {
    return error.code();
  }
  return react1::ErrorCode::internal;
}

bool errors_cross() {
  try {
    (void)react1::probe("/nonexistent/clip.mp4");
    return false;
  } catch (const std::exception& error) {  // by its base, thrown by the library
    const auto* known = dynamic_cast<const react1::Error*>(&error);
    if (known == nullptr || known->code() != react1::ErrorCode::io) return false;
  }
  return code_of(react1::Error(react1::ErrorCode::balance, "reader", "no money")) == react1::ErrorCode::balance &&
         code_of(std::runtime_error("broken")) == react1::ErrorCode::io;
}

bool values_cross(const char* file) {
  CountingObserver observer;
  react1::RunContext context;
  context.observer = &observer;
  const react1::MediaInfo info = react1::probe(file, react1::SourceOptions{}, context);
  const auto again = react1::from_json<react1::MediaInfo>(react1::to_json(info));
  std::vector<react1::Warning> warnings = again.warnings;
  warnings.push_back({"own", "of the plug-in"});
  return again.video->fps == info.video->fps &&
         react1::Rational(1, 2) + react1::Rational(1, 3) > react1::Rational(4, 5);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int plugin_run(const char* file) {
  int lines = 0;
  react1::set_log_sink([&](const react1::LogRecord&) { ++lines; }, react1::LogLevel::debug);
  react1::take_ffmpeg_log();
  const bool crossed = errors_cross() && values_cross(file);
  const bool given_back = react1::release_ffmpeg_log();
  react1::set_log_sink({});
  const bool same_version = react1::version() == REACT1_VERSION_STRING;
  std::printf("errors_and_values=%s version=%s log=%s\n", crossed ? "cross" : "BROKEN", same_version ? "same" : "OTHER",
              given_back ? "given back" : "KEPT");
  return crossed && same_version && given_back ? 0 : 1;
}
