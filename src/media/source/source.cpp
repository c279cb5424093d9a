// SPDX-License-Identifier: Apache-2.0
// react1::Source: the value; how it is read is source_io's.
#include <react1/source.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <system_error>
#include <utility>

#include <react1/error.hpp>

#include "core/redact.hpp"
#include "media/source/origin.hpp"

namespace react1 {
namespace {

std::shared_ptr<SourceAccess::Origin> origin_of(Source::Kind kind, std::string name, std::string address = {}) {
  auto origin = std::make_shared<SourceAccess::Origin>();
  origin->kind = kind;
  origin->name = std::move(name);
  origin->address = std::move(address);
  return origin;
}

}  // namespace

Source::Source(std::shared_ptr<Origin> origin) : origin_(std::move(origin)) {}

Source::Source(const std::string& path_or_url) {
  if (is_http_url(path_or_url)) {
    origin_ = origin_of(Kind::url, redact_url(path_or_url), path_or_url);
  } else {
    // An address that can't be read, such as ftp://, may contain a password nevertheless.
    const bool is_path = url_scheme(path_or_url).empty();
    origin_ = origin_of(Kind::path, is_path ? path_or_url : redact_url(path_or_url), path_or_url);
  }
}

Source::Source(const char* path_or_url) : Source(std::string{path_or_url}) {}

Source::Source(const std::filesystem::path& path) : origin_(origin_of(Kind::path, path.string(), path.string())) {}

Source Source::standard_input() {
  return Source{origin_of(Kind::standard_input, "standard input")};
}

Source Source::memory(std::span<const std::byte> bytes, std::string name) {
  auto origin = origin_of(Kind::memory, std::move(name));
  origin->bytes = std::make_shared<media::MemoryBytes>(bytes, nullptr);
  return Source{std::move(origin)};
}

Source Source::memory(std::shared_ptr<const std::vector<std::byte>> bytes, std::string name) {
  auto origin = origin_of(Kind::memory, std::move(name));
  const std::span<const std::byte> all{*bytes};
  origin->bytes = std::make_shared<media::MemoryBytes>(all, std::move(bytes));
  return Source{std::move(origin)};
}

Source Source::reader(Reader reader, std::string name) {
  if (!reader.read) throw Error{ErrorCode::usage, name, "a reader needs a read function"};
  if (reader.size && *reader.size < 0) throw Error{ErrorCode::usage, name, "a reader's size can't be negative"};
  auto origin = origin_of(Kind::reader, std::move(name));
  if (reader.seek && reader.size) {
    origin->bytes = std::make_shared<media::ReaderBytes>(std::move(reader), origin->name);
  } else {
    origin->reader = std::move(reader);
  }
  return Source{std::move(origin)};
}

Source::Kind Source::kind() const noexcept {
  return origin_->kind;
}

const std::string& Source::name() const noexcept {
  return origin_->name;
}

const std::string& Source::address() const noexcept {
  return origin_->address;
}

bool Source::is_file(const std::filesystem::path& file) const {
  if (kind() == Kind::path) {
    std::error_code none_of_them_is_there;
    return std::filesystem::equivalent(address(), file, none_of_them_is_there);
  }
  if (kind() != Kind::standard_input) return false;
  struct stat input {};
  struct stat other {};
  return ::fstat(STDIN_FILENO, &input) == 0 && ::stat(file.c_str(), &other) == 0 && input.st_dev == other.st_dev &&
         input.st_ino == other.st_ino;
}

}  // namespace react1
