# SPDX-License-Identifier: GPL-3.0-or-later
# Tests that show widgets, on Qt's offscreen platform.
holdline_suite(window LABEL integration GUI
    SOURCES
        window/chartfixture.h
        window/monitorfixture.h
        window/tst_chartinput.cpp
        window/tst_chartparts.cpp
        window/tst_charts.cpp
        window/tst_deadletterviews.cpp
        window/tst_icons.cpp
        window/tst_monitorparts.cpp
        window/tst_monitorpictures.cpp
        window/tst_monitorprogram.cpp
        window/tst_monitorwindow.cpp
        window/tst_tablepanels.cpp
        window/tst_theme.cpp
    LIBRARIES holdline_monitor holdline_programs holdline_wholeservice holdline_samplestream)
target_compile_definitions(window PRIVATE HOLDLINE_MONITOR_PROGRAM="$<TARGET_FILE:holdline-monitor>")
add_dependencies(window holdline-monitor)
holdline_patience(600 tst_monitorwindow)
