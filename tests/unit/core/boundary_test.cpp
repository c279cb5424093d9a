// SPDX-License-Identifier: Apache-2.0
#include "core/boundary.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <new>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <system_error>

#include "support/caught.hpp"

using namespace react1;

namespace {

Error turned(const std::function<void()>& work) {
  return test::caught_from([&] { at_boundary("work", work); });
}

}  // namespace

TEST_CASE("what passes the boundary is a value, a reference, or an Error") {
  int number = 3;
  CHECK(&at_boundary("work", [&]() -> int& { return number; }) == &number);
  const Error own = turned([] { throw Error{ErrorCode::hold, "there", "as it was"}; });
  CHECK(own.code() == ErrorCode::hold);
  CHECK(own.message() == "as it was");
}

TEST_CASE("what this machine lacks is a local fault") {
  CHECK(turned([] { throw std::bad_alloc{}; }).code() == ErrorCode::io);
  CHECK(turned([] { throw std::length_error("vector"); }).code() == ErrorCode::io);
  CHECK(turned([] { throw std::system_error(EAGAIN, std::system_category()); }).code() == ErrorCode::io);
  const Error file = turned([] { static_cast<void>(std::filesystem::file_size("/no/such/file")); });
  CHECK(file.code() == ErrorCode::io);
  CHECK(file.where() == "/no/such/file");
}

TEST_CASE("everything else is a bug of ours, with its own message") {
  CHECK(turned([] { [[maybe_unused]] const auto none = nlohmann::json::parse("{"); }).code() == ErrorCode::internal);
  CHECK(turned([] { throw std::overflow_error("rational"); }).detail() == "rational");
  CHECK(turned([] { throw std::out_of_range("at"); }).code() == ErrorCode::internal);
  CHECK(turned([] { throw 42; }).code() == ErrorCode::internal);
}
