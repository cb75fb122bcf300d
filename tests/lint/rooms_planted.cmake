# cmake -DROOT=<tree> -DWORK=<empty directory> -P rooms_planted.cmake: rooms.cmake finds what is planted in a copy.
cmake_minimum_required(VERSION 3.25)

# File, line, and the words of the complaint.
set(planted
  "lib/format/minisign.c|#include \"crypto/crypto.h\"|format may not include"
  "lib/format/minisign.c|#include \"trust/trust.h\"|format may not include"
  "lib/format/minisign.c|  #  include <openssl/evp.h>|belongs to crypto"
  "lib/format/minisign.c|#include <archive.h>|belongs to io"
  "lib/format/minisign.c|#include <zlib.h>|belongs to io"
  "lib/base/text.c|#include \"model/claim.h\"|base may not include"
  "lib/base/text.c|#include \"io/source.h\"|base may not include"
  "lib/base/text.h|#include \"text.h\"|does not name its room"
  "lib/codec/hex.c|#include \"io/source.h\"|codec may not include"
  "lib/io/source.c|#include \"codec/hex.h\"|io may not include"
  "lib/io/source.c|#include <jansson.h>|belongs to codec"
  "lib/model/dossier.c|#include \"crypto/proof.h\"|model may not include"
  "lib/crypto/proof.c|#include \"format/format.h\"|crypto may not include"
  "lib/crypto/proof.c|#include <git2.h>|belongs to io"
  "lib/verify/planted.c|#include \"crypto/proof.h\"|private to crypto"
  "lib/trust/planted.c|#include \"crypto/context.h\"|private to crypto"
  "lib/trust/planted.c|#include \"verify/verify.h\"|trust may not include"
  "lib/policy/planted.c|#include \"crypto/crypto.h\"|policy may not include"
  "lib/policy/planted.c|#include <yaml.h>|belongs to codec"
  "lib/policy/planted.c|#include <assay/assay.h>|is for api and cli"
  "lib/report/text.c|#include \"policy/policy.h\"|report may not include"
  "lib/report/text.c|#include <libxml/parser.h>|that no room owns"
  "lib/report/text.c|#include HEADER|names no file"
  "lib/report/text.c|#include <dlfcn.h>|belongs to io"
  "lib/attic/planted.c|#include <stdio.h>|is not a room"
  "lib/planted.c|#include <stdio.h>|in no room"
  "cli/planted.c|#include \"base/text.h\"|may not see lib/"
  "include/assay/planted.h|#include \"base/text.h\"|may not see lib/")

function(check out status)
  execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${WORK} -P ${CMAKE_CURRENT_LIST_DIR}/rooms.cmake
    OUTPUT_VARIABLE text ERROR_VARIABLE text RESULT_VARIABLE code)
  set(${out} "${text}" PARENT_SCOPE)
  set(${status} "${code}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
file(COPY ${ROOT}/lib ${ROOT}/cli ${ROOT}/include DESTINATION ${WORK})
check(text status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "the copy is not clean:\n${text}")
endif()

set(missed 0)
foreach(row IN LISTS planted)
  string(REPLACE "|" ";" row "${row}")
  list(POP_FRONT row file line complaint)
  if(EXISTS ${WORK}/${file})
    file(COPY_FILE ${WORK}/${file} ${WORK}/saved)
  endif()
  file(APPEND ${WORK}/${file} "\n${line}\n")
  check(text status)
  string(FIND "${text}" "${complaint}" found)
  if(status EQUAL 0 OR found EQUAL -1)
    message("not caught: ${line} in ${file}")
    math(EXPR missed "${missed} + 1")
  endif()
  file(REMOVE ${WORK}/${file})
  if(EXISTS ${WORK}/saved)
    file(RENAME ${WORK}/saved ${WORK}/${file})
  endif()
endforeach()
file(REMOVE_RECURSE ${WORK})
if(missed GREATER 0)
  message(FATAL_ERROR "${missed} planted includes were not caught")
endif()
list(LENGTH planted n)
message("${n} planted includes were caught")
