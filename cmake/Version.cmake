# SPDX-License-Identifier: Apache-2.0
# react1::version() and react1::build_version().
#
# The commit changes often, so only one generated file knows it, and that file is a target of its own which only the
# program and the installed library link: a commit costs one small compilation and those two links, no reconfiguring.
# It is written again when git's log of HEAD changes.
find_package(Git QUIET)
set(head_log "")
if(GIT_FOUND)
  execute_process(COMMAND "${GIT_EXECUTABLE}" -C "${PROJECT_SOURCE_DIR}" rev-parse --git-path logs/HEAD
                  OUTPUT_VARIABLE head_log OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(head_log)
    cmake_path(ABSOLUTE_PATH head_log BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" NORMALIZE)
  endif()
  if(NOT EXISTS "${head_log}")
    set(head_log "")
  endif()
endif()

set(build_version "${PROJECT_BINARY_DIR}/generated/build_version.cpp")
add_custom_command(
  OUTPUT "${build_version}"
  COMMAND "${CMAKE_COMMAND}" -D "GIT=${GIT_EXECUTABLE}" -D "SOURCE=${PROJECT_SOURCE_DIR}" -D "RELEASE=${PROJECT_VERSION}"
          -D "OUTPUT=${build_version}" -P "${PROJECT_SOURCE_DIR}/cmake/write_build_version.cmake"
  DEPENDS "${PROJECT_SOURCE_DIR}/cmake/write_build_version.cmake" ${head_log}
  COMMENT "Looking up the commit" VERBATIM)
add_library(react1_build_version STATIC "${build_version}")
target_include_directories(react1_build_version PRIVATE "${PROJECT_SOURCE_DIR}/include")
target_link_libraries(react1_build_version PRIVATE react1_options)
set_target_properties(react1_build_version PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
