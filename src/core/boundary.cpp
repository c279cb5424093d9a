// SPDX-License-Identifier: Apache-2.0
#include "core/boundary.hpp"

#include <filesystem>
#include <new>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

namespace react1 {
namespace {

Error fault(const char* what, const char* message, const char* detail) {
  return {ErrorCode::internal,
          what,
          message,
          {.detail = detail, .hint = "this is a bug in react1; please report the command"}};
}

Error lacking_memory(const char* what) {
  return {ErrorCode::io,
          what,
          "there is not enough memory",
          {.hint = "allow more (ulimit -v, the container's limit), or work on less at a time", .retryable = true}};
}

}  // namespace

void rethrow_as_error(const char* what) {
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::filesystem::filesystem_error& failure) {
    const std::string path = failure.path1().string();
    throw Error{ErrorCode::io,
                path.empty() ? what : path,
                "the file system refused",
                {.detail = failure.code().message(), .hint = "check the path, its permissions and the disk"}};
  } catch (const std::system_error& failure) {
    const bool no_thread = failure.code() == std::errc::resource_unavailable_try_again;
    throw Error{ErrorCode::io,
                what,
                no_thread ? "no more threads are available" : "the system refused",
                {.detail = failure.code().message(), .hint = "check the limits of this machine (ulimit -a)"}};
  } catch (const std::bad_alloc&) {
    throw lacking_memory(what);
  } catch (const std::length_error&) {
    throw lacking_memory(what);
  } catch (const nlohmann::json::exception& failure) {
    throw fault(what, "a document is malformed", failure.what());
  } catch (const std::overflow_error& failure) {
    throw fault(what, "a number is out of range", failure.what());
  } catch (const std::exception& failure) {
    throw fault(what, "an unexpected error occurred", failure.what());
  } catch (...) {
    throw fault(what, "an unexpected error occurred", "an exception of an unknown type");
  }
}

}  // namespace react1
