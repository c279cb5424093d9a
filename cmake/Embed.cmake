# SPDX-License-Identifier: Apache-2.0
# react1_embed_recipes(TARGET): compiles pipelines/*.json into TARGET and defines where the installed ones are.
# An edited recipe rebuilds one small file, without running CMake again.
#
# The same file is the script that the build runs: cmake -DOUTPUT=x.cpp -DINPUTS=a.json,b.json -P Embed.cmake
if(CMAKE_SCRIPT_MODE_FILE)
  set(text "// Generated from pipelines/*.json by cmake/Embed.cmake.\n#include \"recipe/embedded.hpp\"\n\n")
  string(APPEND text "namespace react1::recipe {\n\nstd::span<const EmbeddedFile> embedded_files() noexcept {\n")
  string(APPEND text "  static constexpr EmbeddedFile files[] = {\n")
  string(REPLACE "," ";" inputs "${INPUTS}")
  foreach(input IN LISTS inputs)
    get_filename_component(name "${input}" NAME)
    file(READ "${input}" content)
    string(APPEND text "      {\"${name}\", R\"recipe(${content})recipe\"},\n")
  endforeach()
  string(APPEND text "  };\n  return files;\n}\n\n}  // namespace react1::recipe\n")
  file(WRITE "${OUTPUT}" "${text}")
  return()
endif()

include(GNUInstallDirs)

function(react1_embed_recipes target)
  if(NOT TARGET ${target})
    return()
  endif()
  file(GLOB recipes CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/pipelines/*.json")
  set(generated "${PROJECT_BINARY_DIR}/generated/embedded_recipes.cpp")
  list(JOIN recipes "," inputs)
  add_custom_command(
    OUTPUT "${generated}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${generated}" "-DINPUTS=${inputs}" -P "${PROJECT_SOURCE_DIR}/cmake/Embed.cmake"
    DEPENDS ${recipes} "${PROJECT_SOURCE_DIR}/cmake/Embed.cmake"
    COMMENT "Embedding pipelines/*.json"
    VERBATIM)
  target_sources(${target} PRIVATE "${generated}")
  target_compile_definitions(${target}
                             PRIVATE "REACT1_PIPELINES_DIR=\"${CMAKE_INSTALL_FULL_DATADIR}/react1/pipelines\"")
  # Header-only and not free of warnings, hence SYSTEM.
  target_include_directories(${target} SYSTEM PRIVATE "${VALIJSON_INCLUDE_DIR}")
endfunction()
