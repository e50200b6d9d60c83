# SPDX-License-Identifier: GPL-3.0-or-later
# Chooses the fastest installed linker. With link-time optimisation GCC needs its default linker.
set(HOLDLINE_LINKER AUTO CACHE STRING "Linker: mold, lld, gold, bfd, or AUTO, the first of them that is there and works")
set_property(CACHE HOLDLINE_LINKER PROPERTY STRINGS AUTO mold lld gold bfd)

set(_linker "")
if(NOT HOLDLINE_LINKER STREQUAL AUTO)
    set(_linker ${HOLDLINE_LINKER})
elseif(NOT CMAKE_INTERPROCEDURAL_OPTIMIZATION)
    foreach(_name mold lld gold)
        find_program(HOLDLINE_LD_${_name} ld.${_name})
        mark_as_advanced(HOLDLINE_LD_${_name})
        if(NOT HOLDLINE_LD_${_name})
            continue()
        endif()
        if(_name STREQUAL mold)
            # Some programs that mold 1 links do not start, because of its layout of thread-local data:
            # "cannot apply additional memory protection after relocation".
            execute_process(COMMAND ${HOLDLINE_LD_mold} --version OUTPUT_VARIABLE _version ERROR_QUIET)
            if(NOT _version MATCHES "^mold ([0-9.]+)" OR CMAKE_MATCH_1 VERSION_LESS 2)
                continue()
            endif()
        endif()
        set(_linker ${_name})
        break()
    endforeach()
endif()
if(_linker)
    message(STATUS "linker: ${_linker}")
    add_link_options(-fuse-ld=${_linker})
endif()

# Thin archives: a static library contains the paths of its object files, not copies of them. This saves disk
# space.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_INTERPROCEDURAL_OPTIMIZATION)
    set(CMAKE_CXX_ARCHIVE_CREATE "<CMAKE_AR> qcT <TARGET> <LINK_FLAGS> <OBJECTS>")
    set(CMAKE_CXX_ARCHIVE_APPEND "<CMAKE_AR> qT <TARGET> <LINK_FLAGS> <OBJECTS>")
endif()
