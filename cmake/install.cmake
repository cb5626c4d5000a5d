# cmake --install: headers, the static library, and a package for find_package(shardwise).
include(CMakePackageConfigHelpers)

install(TARGETS shardwise EXPORT shardwise-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/shardwise DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/licenses/shardwise)
install(EXPORT shardwise-targets NAMESPACE shardwise::
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/shardwise)
configure_package_config_file(cmake/shardwise-config.cmake.in
  ${CMAKE_BINARY_DIR}/shardwise-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/shardwise)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/shardwise-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/shardwise-config.cmake
  ${CMAKE_BINARY_DIR}/shardwise-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/shardwise)
if(TARGET shardwise_cli)
  install(TARGETS shardwise_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
