# cmake -DROOT=<tree> -DBUILD=<its build> -DWORK=<scratch> -DCC=<compiler> -DLIBDIR=<lib> -P consumer.cmake
# Installs into a scratch prefix, takes the consumer program out of the README, builds it in three ways and runs it.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE text ERROR_VARIABLE text RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " line)
    message(FATAL_ERROR "${line}: ${status}\n${text}")
  endif()
endfunction()

# The program's exit status for a sample.
function(expect program sample status)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${prefix}/${LIBDIR} ${program}
    ${ROOT}/testdata/samples/${sample}/agent-4.2.1.tar ${ROOT}/testdata/samples/keys/acme.pub
    OUTPUT_VARIABLE text ERROR_VARIABLE text RESULT_VARIABLE got)
  if(NOT got EQUAL status)
    message(FATAL_ERROR "${program}, ${sample}: exit ${got}, expected ${status}\n${text}")
  endif()
endfunction()

set(prefix ${WORK}/prefix)
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})

file(READ ${ROOT}/README.md readme)
string(REGEX MATCH "```c\n([^`]*)```" found "${readme}")
if(NOT found)
  message(FATAL_ERROR "README.md shows no C program")
endif()
file(WRITE ${WORK}/consumer.c "${CMAKE_MATCH_1}")

# The package was moved: what is found must be relative to where it lies.
file(RENAME ${prefix} ${WORK}/moved)
set(prefix ${WORK}/moved)
find_program(PKG_CONFIG pkg-config REQUIRED)
set(ENV{PKG_CONFIG_PATH} ${prefix}/${LIBDIR}/pkgconfig)
execute_process(COMMAND ${PKG_CONFIG} --cflags --libs assay OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${PKG_CONFIG} --static --libs assay OUTPUT_VARIABLE static COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND "${flags}")
string(REPLACE "-lassay" "-l:libassay.a" static "${static}")
separate_arguments(static UNIX_COMMAND "${static}")

set(strict -std=c17 -Wall -Wextra -Wpedantic -Werror)
run(${CC} ${strict} ${WORK}/consumer.c -o ${WORK}/by-pkg-config ${flags})
run(${CC} ${strict} -I${prefix}/include ${WORK}/consumer.c -o ${WORK}/by-static ${static})
run(${CMAKE_COMMAND} -S ${ROOT}/tests/consumer -B ${WORK}/by-cmake -DCMAKE_C_COMPILER=${CC}
  -DCMAKE_PREFIX_PATH=${prefix} -DPROGRAM=${WORK}/consumer.c)
run(${CMAKE_COMMAND} --build ${WORK}/by-cmake)

foreach(program ${WORK}/by-pkg-config ${WORK}/by-static ${WORK}/by-cmake/consumer ${prefix}/bin/assay)
  if(program MATCHES "bin/assay$")
    run(${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${prefix}/${LIBDIR} ${program} version)
  else()
    expect(${program} good 0)
    expect(${program} stranger 1)
    expect(${program} nothing 1)
  endif()
endforeach()
foreach(file share/assay/report.schema.json share/bash-completion/completions/assay share/man/man1/assay.1
    share/man/man3/libassay.3 share/man/man3/assay_allows.3)
  if(NOT EXISTS ${prefix}/${file})
    message(FATAL_ERROR "${file} was not installed")
  endif()
endforeach()
message("the README's program builds in three ways against the installed package")
