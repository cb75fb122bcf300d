# cmake -DROOT=<checkout> -P words.cmake: tracked sources hold no reminders and no paths of one machine.
cmake_minimum_required(VERSION 3.25)

find_program(GIT git)
if(NOT GIT OR NOT EXISTS ${ROOT}/.git)
  message("skipped: not a git checkout")
  return()
endif()

# Split so that this file does not find itself.  testdata/ is made by other people's tools, except for its scripts.
set(reminders "\\b(TO" "DO|FIX" "ME|X" "XX|HA" "CK)\\b")
list(JOIN reminders "" reminders)
set(paths "(^|[^A-Za-z0-9_./}*-])/(wo" "rk|ho" "me|ro" "ot)(/|$|[^A-Za-z0-9_.-])")
list(JOIN paths "" paths)
execute_process(COMMAND ${GIT} -C ${ROOT} grep -nIE -e ${reminders} -e ${paths} -- . ":!testdata/*" "testdata/*.sh"
  "testdata/**/SOURCES" OUTPUT_VARIABLE found ERROR_VARIABLE errors RESULT_VARIABLE status)
if(status GREATER 1)
  message(FATAL_ERROR "git grep failed: ${errors}")
endif()
if(status EQUAL 0)
  message(FATAL_ERROR "reminders or machine paths in tracked sources:\n${found}")
endif()
message("no reminders, no machine paths")
