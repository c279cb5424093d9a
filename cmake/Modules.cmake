# SPDX-License-Identifier: Apache-2.0
# react1_module(NAME FLOOR n [USES other modules] [LINK imported targets])
#   One static target react1_NAME from src/NAME/**.cpp. FLOOR documents the architecture (tests/arch enforces it).
#   A target may USE only modules of lower floors; core is always there.
set_property(GLOBAL PROPERTY REACT1_MODULES "")

# Headers cost most of a compilation, so the files of a folder are compiled together, up to this many at a time. 1 compiles
# each file alone: it finds a file that lacks an include of its own.
set(REACT1_FILES_PER_UNIT 8 CACHE STRING "files of one folder of src/ that are compiled together")
set(REACT1_TESTS_PER_UNIT 8 CACHE STRING "files of one folder of tests/ that are compiled together")

# react1_compile_together(TARGET MOST SOURCE...): up to MOST files of a folder in one unit.
function(react1_compile_together target most)
  if(most LESS_EQUAL 1)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # g++ takes whatever is not in the main file for a header, where a class with a member of an unnamed namespace is a fault.
  target_compile_options(${target} PRIVATE "$<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>")
  set(counted "")
  foreach(source IN LISTS ARGN)
    get_source_file_property(definitions "${source}" COMPILE_DEFINITIONS)
    get_source_file_property(options "${source}" COMPILE_OPTIONS)
    if(definitions OR options)
      continue()  # compiled with settings of its own
    endif()
    cmake_path(GET source PARENT_PATH folder)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY "${PROJECT_SOURCE_DIR}")
    string(MAKE_C_IDENTIFIER "${folder}" group)
    if(NOT group IN_LIST counted)
      list(APPEND counted ${group})
      set(count_${group} 0)
    endif()
    math(EXPR part "${count_${group}} / ${most}")
    math(EXPR count_${group} "${count_${group}} + 1")
    set_source_files_properties("${source}" PROPERTIES UNITY_GROUP "${group}_${part}")
  endforeach()
endfunction()

function(react1_module name)
  cmake_parse_arguments(ARG "" "FLOOR" "USES;LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${name}/*.cpp")
  if(NOT sources)
    message(STATUS "src/${name} is empty, skipped")
    return()
  endif()
  add_library(react1_${name} STATIC ${sources})
  target_include_directories(react1_${name} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
                                                   "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>")
  target_link_libraries(react1_${name} PUBLIC ${ARG_LINK} Threads::Threads PRIVATE "$<BUILD_INTERFACE:react1_options>")
  if(NOT name STREQUAL "core")
    target_link_libraries(react1_${name} PUBLIC react1_core)
  endif()
  foreach(used IN LISTS ARG_USES)
    if(TARGET react1_${used})
      target_link_libraries(react1_${name} PUBLIC react1_${used})
    endif()
  endforeach()
  # Public functions are marked REACT1_API (react1/api.hpp).
  set_target_properties(react1_${name} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  react1_compile_together(react1_${name} ${REACT1_FILES_PER_UNIT} ${sources})
  set_property(GLOBAL APPEND PROPERTY REACT1_MODULES react1_${name})
endfunction()

# react1_links(OUT): the libraries of others that the modules use.
function(react1_links out)
  get_property(modules GLOBAL PROPERTY REACT1_MODULES)
  set(used "")
  foreach(module IN LISTS modules)
    get_target_property(links ${module} LINK_LIBRARIES)
    list(APPEND used ${links})
  endforeach()
  # Ours are inside; the JSON library is headers only and none of them is public.
  list(FILTER used EXCLUDE REGEX "^react1_|BUILD_INTERFACE|^nlohmann_json::")
  list(REMOVE_DUPLICATES used)
  set(${out} ${used} PARENT_SCOPE)
endfunction()

# The library as it is installed, twice from the same objects: they are position-independent, and everything but the
# public interface is hidden in them. The targets have other names than their files: the program's is react1 as well.
function(react1_library)
  get_property(modules GLOBAL PROPERTY REACT1_MODULES)
  react1_links(used)
  add_library(react1_static STATIC)
  set(kinds static)
  if(REACT1_SHARED)
    add_library(react1_shared SHARED)
    list(APPEND kinds shared)
  endif()
  foreach(kind IN LISTS kinds)
    set_target_properties(react1_${kind} PROPERTIES OUTPUT_NAME react1 EXPORT_NAME ${kind}
                          LINKER_LANGUAGE CXX)  # it has objects only, nothing to guess from
    foreach(module IN LISTS modules ITEMS react1_build_version)
      target_sources(react1_${kind} PRIVATE $<TARGET_OBJECTS:${module}>)
    endforeach()
    target_include_directories(react1_${kind} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:include>")
    target_compile_features(react1_${kind} PUBLIC cxx_std_20)
  endforeach()
  foreach(library IN LISTS used)
    # An installed package must not share the names of pkg-config targets with its user: they get a prefix there.
    string(REGEX REPLACE "^PkgConfig::" "PkgConfig::react1_" installed "${library}")
    target_link_libraries(react1_static PRIVATE "$<BUILD_INTERFACE:${library}>" "$<INSTALL_INTERFACE:${installed}>")
  endforeach()
  # A plug-in that contains the archive must not export the library's interface as its own.
  target_link_options(react1_static INTERFACE "LINKER:--exclude-libs,libreact1.a")
  if(REACT1_SHARED)
    react1_finish_shared(${used})
  endif()
  if(REACT1_SHARED AND BUILD_SHARED_LIBS)
    add_library(react1::react1 ALIAS react1_shared)
  else()
    add_library(react1::react1 ALIAS react1_static)
  endif()
endfunction()

function(react1_finish_shared)
  # Before 1.0 a minor release may change the interface, and with it the soname and the ABI namespace (react1/api.hpp).
  set(abi ${PROJECT_VERSION_MAJOR})
  if(PROJECT_VERSION_MAJOR EQUAL 0)
    set(abi 0.${PROJECT_VERSION_MINOR})
  endif()
  set(script "${PROJECT_SOURCE_DIR}/cmake/exports.map")
  set_target_properties(react1_shared PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${abi} LINK_DEPENDS "${script}")
  target_link_libraries(react1_shared PRIVATE ${ARGN} "$<BUILD_INTERFACE:react1_options>")
  target_link_options(react1_shared PRIVATE "LINKER:--as-needed" "LINKER:--version-script=${script}")
  if(NOT REACT1_SANITIZE)  # the sanitizers' own symbols come from the program
    target_link_options(react1_shared PRIVATE "LINKER:--no-undefined")
  endif()
endfunction()

function(react1_program)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/cli/*.cpp")
  if(NOT sources)
    return()
  endif()
  get_property(modules GLOBAL PROPERTY REACT1_MODULES)
  add_executable(react1_cli ${sources})
  react1_compile_together(react1_cli ${REACT1_FILES_PER_UNIT} ${sources})
  set_target_properties(react1_cli PROPERTIES OUTPUT_NAME react1)
  # libavfilter is loaded when it is needed (src/media/ff/filter_library.hpp); what nothing refers to must not be loaded.
  target_link_options(react1_cli PRIVATE -Wl,--as-needed)
  target_link_libraries(react1_cli PRIVATE ${modules} react1_build_version CLI11::CLI11 react1_options)
endfunction()
