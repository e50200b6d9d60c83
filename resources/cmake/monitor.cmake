# SPDX-License-Identifier: GPL-3.0-or-later
# Sets HOLDLINE_BUILD_MONITOR: whether holdline-monitor is built. This follows from the option
# HOLDLINE_MONITOR and the installed Qt modules.
set(HOLDLINE_BUILD_MONITOR OFF)
if(NOT HOLDLINE_MONITOR MATCHES "^(AUTO|ON|OFF)$")
    message(FATAL_ERROR "HOLDLINE_MONITOR is AUTO, ON or OFF, not '${HOLDLINE_MONITOR}'")
elseif(HOLDLINE_MONITOR STREQUAL ON)
    find_package(Qt6 6.4 REQUIRED COMPONENTS Widgets Svg)
    set(HOLDLINE_BUILD_MONITOR ON)
elseif(HOLDLINE_MONITOR STREQUAL AUTO)
    find_package(Qt6 6.4 QUIET OPTIONAL_COMPONENTS Widgets Svg)
    if(Qt6Widgets_FOUND AND Qt6Svg_FOUND)
        set(HOLDLINE_BUILD_MONITOR ON)
    else()
        message(STATUS "no Qt Widgets or no Qt SVG here: holdline-monitor is not built")
    endif()
endif()
