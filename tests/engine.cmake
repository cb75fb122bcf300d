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
  set_tests_properties(${dir}/${file} PROPERTIES FAIL_REGULAR_EXPRESSION "${ASSAY_BAD_OUTPUT}" TIMEOUT 600)
endfunction()

assay_engine_test(property property PkgConfig::CRITERION)

# Memory that runs out: the allocations of the objects go through the test's own functions.
assay_engine_test(property faults)
target_link_options(property-faults PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=strdup)
target_compile_options(property-faults PRIVATE -Wno-missing-prototypes)

assay_engine_test(threads threads)
