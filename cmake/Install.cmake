# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` installs: the library (archive and shared) and its headers, the CMake package, the pkg-config
# files, the program, its completion scripts, the recipes, the schemas and the licence. Components, as packages split
# them: runtime (the shared library), development, program.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/react1")

# One export for each, so that the shared one can be used without what the archive needs.
install(TARGETS react1_static EXPORT react1StaticTargets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
install(EXPORT react1StaticTargets NAMESPACE react1:: DESTINATION "${package_dir}" COMPONENT development)
if(TARGET react1_shared)
  install(TARGETS react1_shared EXPORT react1SharedTargets
          LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime NAMELINK_COMPONENT development)
  install(EXPORT react1SharedTargets NAMESPACE react1:: DESTINATION "${package_dir}" COMPONENT development)
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/react1" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development
        FILES_MATCHING PATTERN "*.hpp")

list(JOIN react1_FFMPEG_MODULES " " react1_FFMPEG_NAMES)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/react1Config.cmake.in"
                              "${PROJECT_BINARY_DIR}/react1Config.cmake" INSTALL_DESTINATION "${package_dir}")
# Before 1.0 a minor release may change the interface.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/react1ConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/react1Config.cmake" "${PROJECT_BINARY_DIR}/react1ConfigVersion.cmake"
        DESTINATION "${package_dir}" COMPONENT development)

# What the archive needs is in Libs.private and not in Requires.private: pkg-config --static would follow FFmpeg's own
# private libraries, whose development packages are rarely installed. Where both libraries are installed, -lreact1 is the
# shared one with and without --static; react1-static.pc names the archive.
list(JOIN FFMPEG_LDFLAGS " " ffmpeg_flags)
list(JOIN EBUR128_LDFLAGS " " ebur128_flags)
list(JOIN MICROHTTPD_LDFLAGS " " microhttpd_flags)
list(JOIN PQ_LDFLAGS " " pq_flags)
set(react1_archive_needs "${ffmpeg_flags} ${ebur128_flags} ${microhttpd_flags} ${pq_flags} -lcurl -lcrypto -lsqlite3 -lfmt -pthread")
# Relative to the file itself, so that the installed tree can be moved.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig"
           OUTPUT_VARIABLE react1_pc_to_prefix)

# react1_install_pc(NAME LIBS LIBS_PRIVATE)
function(react1_install_pc react1_pc_name react1_pc_libs react1_pc_libs_private)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/react1.pc.in" "${PROJECT_BINARY_DIR}/${react1_pc_name}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${react1_pc_name}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
          COMPONENT development)
endfunction()
set(archive_libs "-l:libreact1.a -Wl,--exclude-libs,libreact1.a ${react1_archive_needs}")
react1_install_pc(react1-static "${archive_libs}" "")
if(TARGET react1_shared)
  react1_install_pc(react1 "-lreact1" "${react1_archive_needs}")
else()
  react1_install_pc(react1 "${archive_libs}" "")
endif()

if(TARGET react1_cli)
  install(TARGETS react1_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT program)
  # The program itself knows its commands and flags.
  set(completions "${PROJECT_BINARY_DIR}/completions")
  install(CODE "
    file(MAKE_DIRECTORY \"${completions}\")
    foreach(shell IN ITEMS bash zsh fish)
      execute_process(COMMAND \"$<TARGET_FILE:react1_cli>\" completion \${shell} OUTPUT_FILE \"${completions}/\${shell}\"
                      COMMAND_ERROR_IS_FATAL ANY)
    endforeach()"
    COMPONENT program)
  install(FILES "${completions}/bash" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME react1
          COMPONENT program)
  install(FILES "${completions}/zsh" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions" RENAME _react1
          COMPONENT program)
  install(FILES "${completions}/fish" DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d" RENAME react1.fish
          COMPONENT program)
endif()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/NOTICE" "${PROJECT_SOURCE_DIR}/docs/licenses.md"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT program)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/pipelines" "${PROJECT_SOURCE_DIR}/schemas" DESTINATION "${CMAKE_INSTALL_DATADIR}/react1"
        COMPONENT program
        FILES_MATCHING PATTERN "*.json")
