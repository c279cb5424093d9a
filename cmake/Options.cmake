# SPDX-License-Identifier: Apache-2.0
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)  # or programs are linked without -pie where the compiler does not do it by itself

option(REACT1_TESTS "Build the tests" ON)
option(REACT1_SHARED "Build and install the shared library next to the archive" ON)
option(REACT1_WERROR "Treat warnings as errors" OFF)
option(REACT1_FUZZ "Build tests/fuzz as fuzzers (clang only)" OFF)
set(REACT1_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

# Warnings and sanitizers belong to our own code only, so they live on a target and not in global flags.
add_library(react1_options INTERFACE)
target_compile_features(react1_options INTERFACE cxx_std_20)
target_compile_options(react1_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough -fdiagnostics-color=auto)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # g++ says it only when it optimises, and then about inlined code of its own standard library.
  target_compile_options(react1_options INTERFACE -Wnull-dereference)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # Optimising, g++ 12 sees overlapping copies in every concatenation of strings (gcc.gnu.org/PR105651).
  target_compile_options(react1_options INTERFACE -Wno-restrict)
endif()
if(REACT1_WERROR)
  target_compile_options(react1_options INTERFACE -Werror)
endif()
# react1_uses_std_regex(SOURCE...): g++ 12 takes std::regex's internals for uninitialised once a sanitizer is on
# (gcc.gnu.org/PR105562); every other build keeps the warning.
function(react1_uses_std_regex)
  if(REACT1_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS -Wno-maybe-uninitialized)
  endif()
endfunction()

if(REACT1_FUZZ)
  target_compile_options(react1_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(REACT1_SANITIZE)
  target_compile_options(react1_options INTERFACE -fsanitize=${REACT1_SANITIZE} -fno-omit-frame-pointer -g)
  target_link_options(react1_options INTERFACE -fsanitize=${REACT1_SANITIZE})
endif()

# Hardening. What the linker does costs nothing and is in every build; what the compiler does is in what is installed.
# A sanitizer brings its own, and _FORTIFY_SOURCE needs an optimiser. -fcf-protection is left out: Debian's start-up files
# are built without it, so the linker leaves the mark out that would switch it on. scripts/hardening looks at the result.
target_link_options(react1_options INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
if(NOT REACT1_SANITIZE AND NOT REACT1_FUZZ)
  set(hardened "$<NOT:$<CONFIG:Debug>>")
  include(CheckCXXCompilerFlag)
  check_cxx_compiler_flag(-fstack-clash-protection REACT1_HAS_STACK_CLASH)
  target_compile_options(react1_options INTERFACE
    "$<${hardened}:-fstack-protector-strong;-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>"
    "$<$<AND:${hardened},$<BOOL:${REACT1_HAS_STACK_CLASH}>>:-fstack-clash-protection>")
endif()
