# SPDX-License-Identifier: GPL-3.0-or-later
# holdline_test_support(NAME SOURCES file… LIBRARIES target…): a library that several suites share, compiled
# once. These calls are not in a CMakeLists.txt in tests/support, because CMake reuses a precompiled header
# only within one folder.
function(holdline_test_support name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC holdline_flags ${ARG_LIBRARIES} holdline_test_flags)
    holdline_use_pch(${name} holdline_test_pch)
endfunction()

# Test servers and clients on sockets, and links that lose packets.
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

# Fakes of the coordinator's neighbours. They keep everything in memory.
holdline_test_support(holdline_fakes
    SOURCES
        support/fakeexchange.h
        support/fakejobstarter.h
        support/fakejobstore.cpp
        support/fakejobstore.h
        support/profiledroute.h
        support/routeworld.h
    LIBRARIES holdline_jobs holdline_testsupport)

# jobserver and holdline in one process, and an observer of holdline's monitor socket.
holdline_test_support(holdline_wholeservice
    SOURCES
        support/watcher.h
        support/wholeservice.cpp
        support/wholeservice.h
    LIBRARIES holdline_service jobserver_engine jobclient_lib holdline_testsupport)

# Loaded with LD_PRELOAD, makes system calls fail and the wall clock wrong. Built as in a release, without
# sanitizers.
add_library(holdline_failingcalls MODULE
    support/failingcalls.cpp
    support/unsyncedwrites.cpp
    support/unsyncedwrites.h
    support/wrongclock.cpp)
set_target_properties(holdline_failingcalls PROPERTIES AUTOMOC OFF PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(holdline_failingcalls PRIVATE ${CMAKE_DL_LIBS})
target_include_directories(holdline_failingcalls PRIVATE ${PROJECT_SOURCE_DIR})

# Starts the programs as child processes.
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
    # Random samples for tests of the monitor's charts.
    holdline_test_support(holdline_samplestream
        SOURCES
            support/samplestream.cpp
            support/samplestream.h
        LIBRARIES holdline_core)
endif()

# Simulates the updates that a busy service sends to a monitor.
holdline_test_support(holdline_simulatedjobs
    SOURCES
        support/simulatedjobs.cpp
        support/simulatedjobs.h
    LIBRARIES holdline_core)

# Recorded HTTP exchanges of the APIs whose profiles Holdline ships.
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
