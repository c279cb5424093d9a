# The ctest `package`: installs the build into a temporary prefix, moves that prefix, then builds and runs the consumer
# once through the CMake package and twice through pkg-config (with and without --static).
#   cmake -D BUILD=... -D SOURCE=... -D WORK=... -D CXX=... -D VERSION=... -D LIBDIR=... -P run.cmake
set(installed "${WORK}/installed")
set(prefix "${WORK}/moved prefix")
set(consumer "${SOURCE}/tests/package/consumer")
file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}/data")

function(run_or_fail what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${what} failed (${result}):\n${output}")
  endif()
  if(output MATCHES "warning:|CMake Warning|CMake Deprecation")
    message(FATAL_ERROR "${what} warns:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
  message(STATUS "${what}: ok")
endfunction()

function(check_consumer how program)
  file(REMOVE_RECURSE "${WORK}/data")
  file(MAKE_DIRECTORY "${WORK}/data")
  run_or_fail("running the consumer built by ${how}" "${program}" "${SOURCE}/fixtures/presenter_h264_25fps_6s.mp4"
              "${SOURCE}/fixtures/voice_mono_48k_5s.wav" "${WORK}/data")
  foreach(fact IN ITEMS "version=${VERSION}" "frames=150" "action=passthrough" "document=written" "jobs=0" "submits=0")
    if(NOT output MATCHES "(^|\n)${fact}\n")
      message(FATAL_ERROR "the consumer built by ${how} did not say ${fact}:\n${output}")
    endif()
  endforeach()
endfunction()

run_or_fail("installing" "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${installed}")
# A package that remembers where it was installed fails from here on.
file(RENAME "${installed}" "${prefix}")

foreach(path IN ITEMS bin/react1 include/react1/version.hpp share/react1/pipelines/default.json
                      share/react1/pipelines/schema.json share/bash-completion/completions/react1
                      share/zsh/site-functions/_react1 share/fish/vendor_completions.d/react1.fish)
  if(NOT EXISTS "${prefix}/${path}")
    message(FATAL_ERROR "not installed: ${path}")
  endif()
endforeach()
run_or_fail("the installed program" "${prefix}/bin/react1" --version)
if(NOT output MATCHES "${VERSION}")
  message(FATAL_ERROR "react1 --version does not name ${VERSION}:\n${output}")
endif()

run_or_fail("configuring the consumer" "${CMAKE_COMMAND}" -S "${consumer}" -B "${WORK}/by-cmake" -G Ninja
            "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic")
run_or_fail("building the consumer" "${CMAKE_COMMAND}" --build "${WORK}/by-cmake")
check_consumer("CMake" "${WORK}/by-cmake/consumer")

set(ENV{PKG_CONFIG_PATH} "${prefix}/${LIBDIR}/pkgconfig")
foreach(mode IN ITEMS shared static)
  set(flag "")
  if(mode STREQUAL "static")
    set(flag --static)
  endif()
  run_or_fail("pkg-config (${mode})" pkg-config ${flag} --cflags --libs react1)
  separate_arguments(flags UNIX_COMMAND "${output}")
  run_or_fail("compiling by pkg-config (${mode})" "${CXX}" -std=c++20 -Wall -Wextra -Wpedantic "${consumer}/main.cpp"
              -o "${WORK}/by-pkg-config-${mode}" ${flags})
  check_consumer("pkg-config (${mode})" "${WORK}/by-pkg-config-${mode}")
endforeach()

run_or_fail("pkg-config --modversion" pkg-config --modversion react1)
if(NOT output MATCHES "^${VERSION}\n$")
  message(FATAL_ERROR "react1.pc says version ${output}")
endif()
