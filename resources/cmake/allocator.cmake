# SPDX-License-Identifier: GPL-3.0-or-later
# The programs' memory allocator. A job makes some hundred small allocations, most of them inside Qt. jemalloc
# needs less time for them than the C library, and returns freed memory to the system.
set(HOLDLINE_ALLOCATOR "AUTO" CACHE STRING "Allocator of the programs: AUTO (jemalloc where it is there), jemalloc or system")
set_property(CACHE HOLDLINE_ALLOCATOR PROPERTY STRINGS AUTO jemalloc system)

set(_allocator "")
# Sanitizers have an allocator of their own.
if(NOT HOLDLINE_ALLOCATOR STREQUAL "system" AND NOT HOLDLINE_SANITIZE)
    pkg_check_modules(JEMALLOC jemalloc)
    if(JEMALLOC_FOUND)
        set(_allocator jemalloc)
    elseif(HOLDLINE_ALLOCATOR STREQUAL "jemalloc")
        message(FATAL_ERROR "jemalloc was not found: install libjemalloc-dev, or use -DHOLDLINE_ALLOCATOR=system")
    endif()
endif()

# holdline_use_allocator(TARGET): links the program TARGET with the chosen allocator. No code refers to
# jemalloc, so the linker would drop it without --no-as-needed.
function(holdline_use_allocator target)
    if(_allocator)
        target_link_options(${target} PRIVATE LINKER:--no-as-needed ${JEMALLOC_LDFLAGS} LINKER:--as-needed)
    endif()
endfunction()
