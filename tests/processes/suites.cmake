# SPDX-License-Identifier: GPL-3.0-or-later
# These tests start programs: holdline, jobserver, jobclient, bench, curl.
if(HOLDLINE_CRASH_POINTS)
    set(_crash_sources processes/tst_crashpoints.cpp)
endif()
holdline_suite(processes LABEL process
    SOURCES
        ${_crash_sources}
        processes/storeworld.h
        processes/tst_bench.cpp
        processes/tst_comparison.cpp
        processes/tst_holdline.cpp
        processes/tst_holdlinelimits.cpp
        processes/tst_holdlinelog.cpp
        processes/tst_holdlinemonitor.cpp
        processes/tst_holdlinesignals.cpp
        processes/tst_jobprograms.cpp
        processes/tst_packetloss.cpp
        processes/tst_readmeexamples.cpp
        processes/tst_spoiltstore.cpp
        processes/tst_storefaults.cpp
        processes/tst_storesurroundings.cpp
        processes/tst_systemerrors.cpp
        processes/tst_tutorial.cpp
    LIBRARIES holdline_programs holdline_wholeservice holdline_crash Qt6::Sql)
holdline_patience(600 tst_holdlinelimits tst_packetloss tst_spoiltstore tst_storefaults tst_storesurroundings tst_systemerrors)
if(HOLDLINE_CRASH_POINTS)
    holdline_patience(900 tst_crashpoints)
endif()
