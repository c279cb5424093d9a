// SPDX-License-Identifier: Apache-2.0
// The whole process in a language that writes "6,85", as long as one lives. Only while no other thread runs.
#pragma once

#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <locale>
#include <string>

#include "core/atomic_file.hpp"
#include "support/environment.hpp"

namespace react1::test {

/// For C++ streams: a comma, and thousands that are set apart.
class GermanNumbers final : public std::numpunct<char> {
 protected:
  [[nodiscard]] char do_decimal_point() const override { return ','; }
  [[nodiscard]] char do_thousands_sep() const override { return '.'; }
  [[nodiscard]] std::string do_grouping() const override { return "\3"; }
};

class GermanLocale {
 public:
  GermanLocale() : before_c_(std::setlocale(LC_ALL, nullptr)), before_(std::locale::global(german())) {
    for (const char* name : {"de_DE.UTF-8", "de_DE.utf8"}) {
      if (std::setlocale(LC_ALL, name) != nullptr) return;
    }
    const std::string make =
        "localedef -i de_DE -f UTF-8 '" + (folder_.path() / "de_DE.UTF-8").string() + "' 2>/dev/null";
    // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): a test's own tool, with a path of its own
    static_cast<void>(std::system(make.c_str()));  // it warns, and returns a status
    const ScopedVariable where("LOCPATH", folder_.path().string());
    std::setlocale(LC_ALL, "de_DE.UTF-8");
  }
  GermanLocale(const GermanLocale&) = delete;
  GermanLocale& operator=(const GermanLocale&) = delete;
  ~GermanLocale() {
    std::locale::global(before_);
    std::setlocale(LC_ALL, before_c_.c_str());
  }

  /// False where the system can't make one: then C's functions still write a point.
  [[nodiscard]] static bool c_writes_commas() { return std::localeconv()->decimal_point == std::string(","); }

 private:
  static std::locale german() { return {std::locale::classic(), new GermanNumbers}; }

  TemporaryDirectory folder_;
  std::string before_c_;
  std::locale before_;
};

}  // namespace react1::test
