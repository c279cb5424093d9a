// SPDX-License-Identifier: Apache-2.0
// One exchange on one curl handle: its options and its callbacks. Internal to the
// engine.
#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "http/engine/body_files.hpp"
#include "http/engine/curl_handles.hpp"
#include "http/message/transport.hpp"

namespace react1::http {

/// Use once: construct, prepare(), let curl work on the handle, conclude(). Request and handle must outlive it; what
/// it sets on the handle is not reset. Used on the thread that drives curl.
class CurlExchange {
 public:
  using Clock = std::chrono::steady_clock;
  /// Called (once, until the next deliver()) when there is something to deliver. Called inside curl.
  using Touched = std::function<void()>;

  /// `reach`: of this exchange, which a redirect may have narrowed.
  CurlExchange(CURL* easy, const Request& request, const std::string& url, Reach reach, Touched touched);
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  /// Opens the files and sets the body; a failure when that can't be done. After it the handle may be started.
  [[nodiscard]] std::optional<TransportFailure> prepare();
  /// Reports progress and delivers stream data; false when the receiver wants no more. Runs callbacks
  /// of the request, which may throw. Must not be called inside curl.
  [[nodiscard]] bool deliver();
  /// The answer has begun and goes to a StreamSink.
  [[nodiscard]] bool is_streaming() const noexcept { return into_stream_; }
  /// Past one of its time-outs; conclude(nullopt) then reports which.
  [[nodiscard]] bool out_of_time(Clock::time_point now);
  /// When out_of_time() should be called next.
  [[nodiscard]] Clock::time_point next_check(Clock::time_point now) const;
  /// Ends it from outside; conclude(nullopt) then reports that.
  void interrupt();
  /// Where it was connected to; nullopt while it isn't, and behind a proxy.
  [[nodiscard]] std::optional<Place> peer() const noexcept { return peer_; }
  [[nodiscard]] Way way() const noexcept { return way_; }
  /// The receiver of a stream wants no more: conclude(nullopt) is then the answer as far as it came.
  void end_stream() noexcept { read_enough_ = true; }
  /// The outcome: `code` is curl's result, or nullopt when we have ended it. Call before the handle leaves its multi.
  [[nodiscard]] Outcome conclude(std::optional<CURLcode> code);

 private:
  using Kind = TransportFailure::Kind;

  void set_common(const std::string& url);
  void set_callbacks();
  void set_network(const std::string& url);
  void set_version(const std::string& url);
  void set_headers();
  void set_encoding();
  void set_body();
  [[nodiscard]] std::optional<TransportFailure> open_files();

  // curl's callbacks: C, so nothing may be thrown through them.
  static std::size_t header_callback(char* data, std::size_t, std::size_t size, void* self) noexcept;
  static std::size_t write_callback(char* data, std::size_t, std::size_t size, void* self) noexcept;
  static std::size_t read_callback(char* buffer, std::size_t size, std::size_t count, void* self) noexcept;
  static int seek_callback(void* self, curl_off_t offset, int origin) noexcept;
  static int begin_callback(void* self, char* address, char*, int, int) noexcept;
  static curl_socket_t socket_callback(void* self, curlsocktype, curl_sockaddr* address) noexcept;

  [[nodiscard]] bool take_header(std::string_view line);
  [[nodiscard]] bool begin_body();
  [[nodiscard]] bool take_body(const char* data, std::size_t size);
  [[nodiscard]] bool take_stream(const char* data, std::size_t size);
  [[nodiscard]] bool keep_beginning(const char* data, std::size_t size, std::size_t most);
  [[nodiscard]] bool fail(Kind kind, std::string detail);

  void touch();
  void report();
  [[nodiscard]] TransportFailure failure(Kind kind, std::string detail) const;

  CURL* easy_;
  const Request& request_;
  const Reach reach_;
  Way way_ = Way::direct;
  const TextSink* part_sink_ = nullptr;  // one with keep_part
  bool begun_sending_ = false;           // the connection is established and the request is being sent
  std::optional<Place> peer_;            // the server's address; nullopt: unknown, or behind a proxy
  std::string out_of_reach_;             // an address that was not connected to
  int no_socket_ = 0;                    // errno of socket()
  const FileSink* file_sink_;
  const StreamSink* stream_sink_;
  Touched touched_;
  bool is_touched_ = false;
  HeaderList headers_;
  std::array<char, CURL_ERROR_SIZE> curl_message_{};
  std::optional<FileReader> reader_;
  std::optional<FileWriter> writer_;

  Response response_;
  std::size_t header_bytes_ = 0;
  std::optional<std::int64_t> announced_;  // Content-Length of this answer's body
  bool body_begun_ = false;
  bool into_file_ = false, into_stream_ = false;
  bool read_enough_ = false;  // of an error page or a stream: the rest is not worth waiting for
  std::string waiting_;       // of a stream, not yet delivered
  bool paused_ = false;       // until that is done
  std::optional<Kind> own_failure_;
  std::string own_detail_;

  Clock::time_point begun_, last_activity_;
  std::int64_t uploaded_ = 0, reported_sent_ = 0, reported_received_ = 0;
};

}  // namespace react1::http
