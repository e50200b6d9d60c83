# SPDX-License-Identifier: GPL-3.0-or-later
# holdline_test_support(NAME SOURCES file… LIBRARIES target…): what several suites share, compiled once. Not in a folder
# of its own for CMake, because the precompiled header holds for one.
function(holdline_test_support name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC holdline_flags ${ARG_LIBRARIES} holdline_test_flags)
    holdline_use_pch(${name} holdline_test_pch)
endfunction()

# Peers on sockets, and links that lose packets.
holdline_test_support(holdline_testsupport
    SOURCES
        support/asking.cpp
        support/asking.h
        support/fullbacklog.cpp
        support/fullbacklog.h
        support/lossylink.cpp
        support/lossylink.h
        support/lossyrelay.cpp
        support/lossyrelay.h
        support/names.cpp
        support/names.h
        support/rawhttpclient.cpp
        support/rawhttpclient.h
        support/scriptedserver.cpp
        support/scriptedserver.h
        support/tlscertificates.cpp
        support/tlscertificates.h
        support/tlsserver.cpp
        support/tlsserver.h
    LIBRARIES holdline_core holdline_http OpenSSL::SSL)

# The coordinator's surroundings, made of memory.
holdline_test_support(holdline_fakes
    SOURCES
        support/fakeexchange.h
        support/fakejobstarter.h
        support/fakejobstore.cpp
        support/fakejobstore.h
        support/profiledroute.h
        support/routeworld.h
    LIBRARIES holdline_jobs holdline_testsupport)

# jobserver and holdline together in one process, and a monitor of theirs.
holdline_test_support(holdline_wholeservice
    SOURCES
        support/watcher.h
        support/wholeservice.cpp
        support/wholeservice.h
    LIBRARIES holdline_service jobserver_engine jobclient_lib holdline_testsupport)

# Loaded before a program, lets calls of the system fail and the wall clock be wrong. As a release has it, without sanitizers.
add_library(holdline_failingcalls MODULE
    support/failingcalls.cpp
    support/unsyncedwrites.cpp
    support/unsyncedwrites.h
    support/wrongclock.cpp)
set_target_properties(holdline_failingcalls PROPERTIES AUTOMOC OFF PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(holdline_failingcalls PRIVATE ${CMAKE_DL_LIBS})
target_include_directories(holdline_failingcalls PRIVATE ${PROJECT_SOURCE_DIR})

# The programs themselves, in processes of their own.
holdline_test_support(holdline_programs
    SOURCES
        support/program.cpp
        support/program.h
    LIBRARIES holdline_testsupport)
target_compile_definitions(holdline_programs PUBLIC
    HOLDLINE_PROGRAM="$<TARGET_FILE:holdline>"
    JOBSERVER_PROGRAM="$<TARGET_FILE:jobserver>"
    JOBCLIENT_PROGRAM="$<TARGET_FILE:jobclient>"
    BENCH_PROGRAM="$<TARGET_FILE:bench>"
    HOLDLINE_FAILING_CALLS="$<TARGET_FILE:holdline_failingcalls>")
add_dependencies(holdline_programs holdline jobserver jobclient bench holdline_failingcalls)

if(HOLDLINE_BUILD_MONITOR)
    # What a monitor's charts are fed with.
    holdline_test_support(holdline_samplestream
        SOURCES
            support/samplestream.cpp
            support/samplestream.h
        LIBRARIES holdline_core)
endif()

# A busy service as a monitor sees it, without a service.
holdline_test_support(holdline_simulatedjobs
    SOURCES
        support/simulatedjobs.cpp
        support/simulatedjobs.h
    LIBRARIES holdline_core)

# Recorded exchanges of the APIs whose profiles ship.
holdline_test_support(holdline_exchanges
    SOURCES
        unit/profile/exchange.cpp
        unit/profile/exchange.h
    LIBRARIES holdline_profile)

# Upstreams on sockets that speak those.
holdline_test_support(holdline_recordedapis
    SOURCES
        support/callbacksigning.cpp
        support/callbacksigning.h
        support/recordedapi.cpp
        support/recordedapi.h
    LIBRARIES holdline_exchanges holdline_testsupport OpenSSL::Crypto)
