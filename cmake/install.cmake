# What is installed, and how others find it: pkg-config assay, find_package(assay).
include(CMakePackageConfigHelpers)
set(assay_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/assay)
set(assay_data_dir ${CMAKE_INSTALL_DATADIR}/assay)

install(TARGETS assay EXPORT assay LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS assay_static ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS assay_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/assay DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

# Relative to the file itself, so that `cmake --install --prefix` and a moved tree are right.
file(RELATIVE_PATH ASSAY_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" ASSAY_PC_PREFIX "${ASSAY_PC_PREFIX}")
configure_file(lib/pkg/assay.pc.in assay.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/assay.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(EXPORT assay NAMESPACE assay:: FILE assay-config.cmake DESTINATION ${assay_cmake_dir})
write_basic_package_version_file(assay-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/assay-config-version.cmake DESTINATION ${assay_cmake_dir})

# The JSON Schemas of the report and of the policy document.
file(GLOB schemas CONFIGURE_DEPENDS lib/report/*.schema.json lib/policy/*.schema.json)
install(FILES ${schemas} DESTINATION ${assay_data_dir})

install(FILES cli/completion/assay.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME assay)
install(FILES ${ASSAY_MAN1} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${ASSAY_MAN3} DESTINATION ${CMAKE_INSTALL_MANDIR}/man3)
install(FILES ${ASSAY_MAN5} DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
