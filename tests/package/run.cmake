# SPDX-License-Identifier: Apache-2.0
# The ctest `package`: installs the build into a temporary prefix, moves that prefix, then builds and runs against it, by
# CMake and by pkg-config and with the shared library and the archive: a consumer, a plug-in, and the examples.
#   cmake -D BUILD=... -D SOURCE=... -D WORK=... -D CXX=... -D VERSION=... -D LIBDIR=... -P run.cmake
set(installed "${WORK}/installed")
set(prefix "${WORK}/moved prefix")
set(libdir "${prefix}/${LIBDIR}")
set(consumer "${SOURCE}/tests/package/consumer")
set(video "${SOURCE}/fixtures/presenter_h264_25fps_6s.mp4")
set(voice "${SOURCE}/fixtures/voice_mono_48k_5s.wav")
set(flags_of_ours "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror")
file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")

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

# says(TEXT what): the last output has a line that matches.
macro(must_say what text)
  if(NOT output MATCHES "${text}")
    message(FATAL_ERROR "${what} did not say \"${text}\":\n${output}")
  endif()
endmacro()

function(configure_and_build what source)
  set(build "${WORK}/${what}")
  run_or_fail("configuring ${what}" "${CMAKE_COMMAND}" -S "${source}" -B "${build}" -G Ninja
              "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_CXX_FLAGS=${flags_of_ours}" ${ARGN})
  run_or_fail("building ${what}" "${CMAKE_COMMAND}" --build "${build}")
endfunction()

# links_shared(PROGRAM yes|no): whether it loads the shared library.
function(links_shared program expected)
  execute_process(COMMAND readelf -d "${program}" OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
  set(found no)
  if(dynamic MATCHES "NEEDED[^\n]*libreact1\\.so")
    set(found yes)
  endif()
  if(NOT found STREQUAL expected)
    message(FATAL_ERROR "${program} loads the shared library: ${found}; expected: ${expected}")
  endif()
endfunction()

function(check_consumer how program shared)
  links_shared("${program}" ${shared})
  file(REMOVE_RECURSE "${WORK}/data")
  file(MAKE_DIRECTORY "${WORK}/data")
  run_or_fail("running the consumer built by ${how}" "${program}" "${video}" "${voice}" "${WORK}/data")
  foreach(fact IN ITEMS "version=${VERSION}" "headers=${VERSION}" "frames=150" "action=passthrough" "document=written"
                        "jobs=0" "submits=0")
    must_say("the consumer built by ${how}" "(^|\n)${fact}\n")
  endforeach()
endfunction()

# Each example as its comment says. `programs`: the folder with all of them.
function(check_examples how programs)
  file(REMOVE_RECURSE "${WORK}/data")
  file(MAKE_DIRECTORY "${WORK}/data")
  run_or_fail("probe (${how})" "${programs}/probe" "${video}")
  must_say("probe" "video: h264, [0-9]+ x [0-9]+, 25.000 frames/s, 150 frames")
  run_or_fail("probe --json (${how})" "${programs}/probe" "${video}" --json)
  must_say("probe --json" "\"frames\": 150")
  run_or_fail("prepare (${how})" "${programs}/prepare" "${video}" "${voice}" "${WORK}/data/prepared")
  must_say("prepare" "audio.mp3: transcode")
  run_or_fail("run (${how})" "${programs}/run" "${video}" "${voice}" "${WORK}/data/out.mp4" "${WORK}/data")
  must_say("run" "interrupted; the request continues")
  must_say("run" "result: [^\n]*out.mp4, pass\npayments: 1\n")
  file(SIZE "${video}" size)
  run_or_fail("custom_reader (${how})" "${programs}/custom_reader" "${video}" 0 "${size}")
  must_say("custom_reader" "6.000 s")
  run_or_fail("event_loop (${how})" "${programs}/event_loop" "${video}" "${SOURCE}/fixtures/mp3_cbr_untagged_2s.mp3"
              "${WORK}/data" ${ARGN})
  must_say("event_loop" "failed: 0, payments: [1-9][0-9]*, the loop went on: yes")
endfunction()

# exports(FILE): mangled names of its dynamic symbol table.
function(exports_of file out)
  execute_process(COMMAND nm -D --defined-only "${file}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  set(${out} "${symbols}" PARENT_SCOPE)
endfunction()

run_or_fail("installing" "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${installed}")
# A package that remembers where it was installed fails from here on.
file(RENAME "${installed}" "${prefix}")

foreach(path IN ITEMS bin/react1 include/react1/version.hpp share/react1/pipelines/default.json
                      share/react1/pipelines/schema.json share/react1/schemas/run.json share/doc/react1/LICENSE share/doc/react1/NOTICE
                      ${LIBDIR}/libreact1.a ${LIBDIR}/libreact1.so ${LIBDIR}/libreact1.so.${VERSION}
                      ${LIBDIR}/libreact1.so.${SOVERSION}
                      share/bash-completion/completions/react1 share/zsh/site-functions/_react1 share/fish/vendor_completions.d/react1.fish)
  if(NOT EXISTS "${prefix}/${path}")
    message(FATAL_ERROR "not installed: ${path}")
  endif()
endforeach()
execute_process(COMMAND readelf -d "${libdir}/libreact1.so" OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
if(NOT dynamic MATCHES "SONAME[^\n]*\\[libreact1\\.so\\.${SOVERSION}\\]")
  message(FATAL_ERROR "the soname is not libreact1.so.${SOVERSION}:\n${dynamic}")
endif()
run_or_fail("the installed program" "${prefix}/bin/react1" --version)
must_say("react1 --version" "${VERSION}")

# By CMake: the shared library is what is found without a word, the archive where it is asked for.
configure_and_build(consumer-default "${consumer}")
check_consumer("CMake" "${WORK}/consumer-default/consumer" yes)
configure_and_build(consumer-static "${consumer}" -DBUILD_SHARED_LIBS=OFF)
check_consumer("CMake, archive" "${WORK}/consumer-static/consumer" no)

# By pkg-config.
set(ENV{PKG_CONFIG_PATH} "${libdir}/pkgconfig")
function(pkg_config_flags out)
  run_or_fail("pkg-config ${ARGN}" pkg-config --cflags --libs ${ARGN})
  separate_arguments(flags UNIX_COMMAND "${output}")
  set(${out} ${flags} PARENT_SCOPE)
endfunction()
function(compile_by_pkg_config source program)
  separate_arguments(warnings UNIX_COMMAND "${flags_of_ours}")
  run_or_fail("compiling ${program}" "${CXX}" -std=c++20 ${warnings} "${source}" -o "${program}" ${ARGN})
endfunction()
set(find_it "-Wl,-rpath,${libdir}")
pkg_config_flags(shared react1)
compile_by_pkg_config("${consumer}/main.cpp" "${WORK}/by-pkg-config" ${shared} "${find_it}")
check_consumer("pkg-config" "${WORK}/by-pkg-config" yes)
pkg_config_flags(static react1-static)
compile_by_pkg_config("${consumer}/main.cpp" "${WORK}/by-pkg-config-static" ${static})
check_consumer("pkg-config react1-static" "${WORK}/by-pkg-config-static" no)
foreach(package IN ITEMS react1 react1-static)
  run_or_fail("pkg-config --modversion" pkg-config --modversion ${package})
  must_say("${package}.pc" "^${VERSION}\n$")
endforeach()

# A plug-in exports its own function and nothing of ours, also when the archive is inside of it.
configure_and_build(plugin "${SOURCE}/tests/package/plugin")
foreach(kind IN ITEMS shared static)
  set(plugin "${WORK}/plugin/plugin_${kind}.so")
  exports_of("${plugin}" symbols)
  # Ours begin like this; the standard library's templates, made for our types by the plug-in itself, do not.
  if(symbols MATCHES " _Z(T[A-Z]|GV)?NK?6react1" OR NOT symbols MATCHES " T plugin_run\n")
    message(FATAL_ERROR "the plug-in (${kind}) exports other names than its own:\n${symbols}")
  endif()
  run_or_fail("the plug-in (${kind})" "${WORK}/plugin/host" "${plugin}" "${video}")
endforeach()
links_shared("${WORK}/plugin/plugin_shared.so" yes)
links_shared("${WORK}/plugin/plugin_static.so" no)

# The examples, built as a user would.
configure_and_build(examples "${SOURCE}/examples")
check_examples("CMake" "${WORK}/examples" 200)
file(MAKE_DIRECTORY "${WORK}/examples-by-pkg-config")
foreach(example IN ITEMS probe prepare run event_loop custom_reader)
  compile_by_pkg_config("${SOURCE}/examples/${example}.cpp" "${WORK}/examples-by-pkg-config/${example}" ${shared} "${find_it}")
endforeach()
check_examples("pkg-config" "${WORK}/examples-by-pkg-config" 20)
