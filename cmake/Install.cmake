# What `cmake --install` puts where: the archive and its headers, the CMake package, the pkg-config file, the program,
# its completion scripts and the recipes.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/react1")

install(TARGETS react1_library EXPORT react1Targets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/react1" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.hpp")
install(EXPORT react1Targets NAMESPACE react1:: DESTINATION "${package_dir}")

list(JOIN react1_FFMPEG_MODULES " " react1_FFMPEG_NAMES)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/react1Config.cmake.in"
                              "${PROJECT_BINARY_DIR}/react1Config.cmake" INSTALL_DESTINATION "${package_dir}")
# Before 1.0 a minor release may change the interface.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/react1ConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/react1Config.cmake" "${PROJECT_BINARY_DIR}/react1ConfigVersion.cmake"
        DESTINATION "${package_dir}")

# Everything stands in Libs and nothing in Requires: the library exists as an archive only, so every program that links
# it needs these, with and without --static. Requires would make --static follow FFmpeg's own private libraries, whose
# development packages nobody has.
list(JOIN FFMPEG_LDFLAGS " " ffmpeg_flags)
list(JOIN EBUR128_LDFLAGS " " ebur128_flags)
list(JOIN MICROHTTPD_LDFLAGS " " microhttpd_flags)
set(react1_pc_libs "${ffmpeg_flags} ${ebur128_flags} ${microhttpd_flags} -lcurl -lcrypto -lsqlite3 -lspdlog -lfmt -pthread")
# Relative to the file itself, so that the installed tree can be moved.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig"
           OUTPUT_VARIABLE react1_pc_to_prefix)
configure_file("${PROJECT_SOURCE_DIR}/cmake/react1.pc.in" "${PROJECT_BINARY_DIR}/react1.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/react1.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

if(TARGET react1_cli)
  install(TARGETS react1_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  # The program itself knows its commands and flags.
  set(completions "${PROJECT_BINARY_DIR}/completions")
  install(CODE "
    file(MAKE_DIRECTORY \"${completions}\")
    foreach(shell IN ITEMS bash zsh fish)
      execute_process(COMMAND \"$<TARGET_FILE:react1_cli>\" completion \${shell} OUTPUT_FILE \"${completions}/\${shell}\"
                      COMMAND_ERROR_IS_FATAL ANY)
    endforeach()")
  install(FILES "${completions}/bash" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME react1)
  install(FILES "${completions}/zsh" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions" RENAME _react1)
  install(FILES "${completions}/fish" DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d" RENAME react1.fish)
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/pipelines" DESTINATION "${CMAKE_INSTALL_DATADIR}/react1"
        FILES_MATCHING PATTERN "*.json")
