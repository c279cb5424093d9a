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
    message(STATUS "src/${name} is empty, skipped")  # only while the house is being built
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
  react1_compile_together(react1_${name} ${REACT1_FILES_PER_UNIT} ${sources})
  set_property(GLOBAL APPEND PROPERTY REACT1_MODULES react1_${name})
endfunction()

# The installed library: the objects of every module in one archive.
function(react1_library)
  get_property(modules GLOBAL PROPERTY REACT1_MODULES)
  # The target has another name than its file and its export: the program's file is called react1 as well.
  add_library(react1_library STATIC)
  add_library(react1::react1 ALIAS react1_library)
  set_target_properties(react1_library PROPERTIES OUTPUT_NAME react1 EXPORT_NAME react1
                        LINKER_LANGUAGE CXX)  # it has objects only, nothing to guess from
  set(used "")
  foreach(module IN LISTS modules ITEMS react1_build_version)
    target_sources(react1_library PRIVATE $<TARGET_OBJECTS:${module}>)
    get_target_property(links ${module} LINK_LIBRARIES)
    list(APPEND used ${links})
  endforeach()
  # Ours are inside the archive; the JSON library is headers only and none of them is public.
  list(FILTER used EXCLUDE REGEX "^react1_|BUILD_INTERFACE|^nlohmann_json::")
  list(REMOVE_DUPLICATES used)
  foreach(library IN LISTS used)
    # An installed package must not share the names of pkg-config targets with its user: they get a prefix there.
    string(REGEX REPLACE "^PkgConfig::" "PkgConfig::react1_" installed "${library}")
    target_link_libraries(react1_library PRIVATE "$<BUILD_INTERFACE:${library}>" "$<INSTALL_INTERFACE:${installed}>")
  endforeach()
  target_include_directories(react1_library PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:include>")
  target_compile_features(react1_library PUBLIC cxx_std_20)
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
