# SPDX-License-Identifier: Apache-2.0
# Writes OUTPUT: react1::build_version() from RELEASE and the commit of SOURCE (run by cmake -P, see Version.cmake).
set(commit "")
if(GIT)
  execute_process(COMMAND "${GIT}" -C "${SOURCE}" rev-parse --short HEAD
                  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
set(text "${RELEASE}")
if(commit)
  string(APPEND text "+${commit}")
endif()
file(WRITE "${OUTPUT}" "#include <react1/version.hpp>

namespace react1::REACT1_ABI {

std::string_view build_version() noexcept { return \"${text}\"; }

}  // namespace react1::REACT1_ABI
")
