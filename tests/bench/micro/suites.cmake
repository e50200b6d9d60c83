# SPDX-License-Identifier: GPL-3.0-or-later
# QBENCHMARKs. CTest runs each one once, to notice when it breaks. To measure, run them by hand:
# build/ci/tests/micro MicroJob, with -tickcounter or -callgrind where the clock is too coarse.
set(_micro_sources
    bench/micro/micro_coordinator.cpp
    bench/micro/micro_eventloop.cpp
    bench/micro/micro_job.cpp
    bench/micro/micro_store.cpp
    bench/micro/micro_wire.cpp)
set(_micro_libraries holdline_core holdline_http holdline_store holdline_jobs holdline_fakes)
if(HOLDLINE_BUILD_MONITOR)
    list(APPEND _micro_sources
        bench/micro/micro_charts.cpp
        bench/micro/micro_monitor.cpp)
    set(_micro_gui GUI)
    list(APPEND _micro_libraries holdline_monitor_data holdline_monitor_charts holdline_samplestream)
endif()
holdline_suite(micro LABEL bench ${_micro_gui}
    SOURCES ${_micro_sources}
    LIBRARIES ${_micro_libraries})
