// One exchange on a leased pair of curl handles. Internal to the curl transport.
#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "http/body_files.hpp"
#include "http/curl_handles.hpp"
#include "http/transport.hpp"

namespace react1::http {

/// Use once: construct, run(). The handles must outlive it; after run() nothing of it is left on them.
class CurlExchange {
 public:
  CurlExchange(CURLM* multi, CURL* easy, const Request& request, const std::string& url, bool loopback,
               const std::string& user_agent);
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  [[nodiscard]] Outcome run(const std::stop_token& stop);

 private:
  using Kind = TransportFailure::Kind;
  using Clock = std::chrono::steady_clock;

  void set_common(const std::string& url, bool loopback, const std::string& user_agent);
  void set_headers();
  void set_body();
  [[nodiscard]] std::optional<TransportFailure> open_files();

  // curl's callbacks: C, so nothing may be thrown through them.
  static std::size_t header_callback(char* data, std::size_t, std::size_t size, void* self) noexcept;
  static std::size_t write_callback(char* data, std::size_t, std::size_t size, void* self) noexcept;
  static std::size_t read_callback(char* buffer, std::size_t size, std::size_t count, void* self) noexcept;
  static int seek_callback(void* self, curl_off_t offset, int origin) noexcept;

  [[nodiscard]] bool take_header(std::string_view line);
  [[nodiscard]] bool begin_body();
  [[nodiscard]] bool take_body(const char* data, std::size_t size);
  [[nodiscard]] bool fail(Kind kind, std::string detail);

  [[nodiscard]] std::optional<CURLcode> drive(const std::stop_token& stop);
  [[nodiscard]] bool out_of_time();
  [[nodiscard]] int patience() const;
  void report();
  [[nodiscard]] bool request_has_begun() const;
  [[nodiscard]] Outcome conclude(std::optional<CURLcode> code);
  [[nodiscard]] TransportFailure failure(Kind kind, std::string detail) const;

  CURLM* multi_;
  CURL* easy_;
  const Request& request_;
  const FileSink* file_sink_;
  HeaderList headers_;
  std::array<char, CURL_ERROR_SIZE> curl_message_{};
  std::optional<FileReader> reader_;
  std::optional<FileWriter> writer_;

  Response response_;
  std::size_t header_bytes_ = 0;
  std::optional<std::int64_t> announced_;  // Content-Length of this answer's body
  bool body_begun_ = false;
  bool into_file_ = false;
  bool read_enough_ = false;  // of an error page: the rest is not worth waiting for
  std::optional<Kind> own_failure_;
  std::string own_detail_;

  Clock::time_point begun_{}, last_activity_{};
  std::int64_t activity_ = -1, reported_sent_ = 0, reported_received_ = 0;
};

}  // namespace react1::http
