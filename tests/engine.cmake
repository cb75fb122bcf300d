# Tests of the whole engine through its public functions: properties, failing memory, threads, fuzzing.
if(NOT TARGET assay)
  return()
endif()

# assay_engine_test(dir file libraries...): tests/<dir>/<file>.c, a program over the objects of the library.
function(assay_engine_test dir file)
  set(name ${dir}-${file})
  add_executable(${name} ${dir}/${file}.c)
  target_link_libraries(${name} PRIVATE assay_objects ${ARGN})
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE ASSAY_TESTDATA="${PROJECT_SOURCE_DIR}/testdata")
  target_compile_options(${name} PRIVATE -Wno-pedantic -Wno-null-dereference)
  add_test(NAME ${dir}/${file} COMMAND ${name})
  set_tests_properties(${dir}/${file} PROPERTIES FAIL_REGULAR_EXPRESSION "${ASSAY_BAD_OUTPUT}" TIMEOUT 1800)
endfunction()

# A second program's reading of archives: libarchive, which the library itself loads only when it is needed.
assay_engine_test(property property PkgConfig::CRITERION ${ARCHIVE_LIBRARIES})
assay_engine_test(property changing PkgConfig::CRITERION)
assay_engine_test(property layout PkgConfig::CRITERION)

# Memory that runs out: the allocations of the objects go through the test's own functions.
assay_engine_test(property faults)
target_link_options(property-faults PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=strdup)
target_compile_options(property-faults PRIVATE -Wno-missing-prototypes)
# OpenSSL loses memory of its own where its allocations fail; the test counts ours itself.
set_tests_properties(property/faults PROPERTIES ENVIRONMENT ASAN_OPTIONS=detect_leaks=0)

assay_engine_test(threads threads)

# Fuzz targets: with ASSAY_FUZZ libFuzzer drives them (scripts/fuzz), else a replay of all test data.
function(assay_fuzz name source definition)
  set(target fuzz-${name})
  add_executable(${target} fuzz/${source}.c)
  target_link_libraries(${target} PRIVATE assay_objects)
  target_compile_definitions(${target} PRIVATE ${definition})
  target_compile_options(${target} PRIVATE -Wno-pedantic -Wno-null-dereference)
  if(ASSAY_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${target} PRIVATE fuzz/replay.c)
    add_test(NAME fuzz/${name} COMMAND ${target} ${PROJECT_SOURCE_DIR}/testdata)
    set_tests_properties(fuzz/${name} PROPERTIES FAIL_REGULAR_EXPRESSION "${ASSAY_BAD_OUTPUT}" TIMEOUT 120)
  endif()
endfunction()

foreach(format IN LISTS ASSAY_FORMATS)
  assay_fuzz(${format} format FORMAT=asy_format_${format})
endforeach()
foreach(feed KEYS SIGNERS KRL CERTIFICATES POLICY TUF ROOT NOTE SCT)
  string(TOLOWER ${feed} name)
  assay_fuzz(${name} store FEED=${feed})
endforeach()
