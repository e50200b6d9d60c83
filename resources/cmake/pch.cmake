# SPDX-License-Identifier: GPL-3.0-or-later
# Precompiled headers: one for the product, one for the tests. They take a fifth off the time of a build from nothing.
# A compiler cache has no use for them: it answers for a file whose headers are the same, wherever the folder is, which a
# precompiled header with the folder's name in it prevents. So AUTO leaves them out where a cache launches the compiler.
set(HOLDLINE_PCH AUTO CACHE STRING "Precompile headers: ON, OFF, or AUTO, on unless ccache launches the compiler")
set_property(CACHE HOLDLINE_PCH PROPERTY STRINGS AUTO ON OFF)

if(NOT HOLDLINE_PCH MATCHES "^(AUTO|ON|OFF)$")
    message(FATAL_ERROR "HOLDLINE_PCH is AUTO, ON or OFF, not '${HOLDLINE_PCH}'")
elseif(HOLDLINE_PCH STREQUAL AUTO AND CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache")
    set(_pch OFF)
elseif(HOLDLINE_PCH STREQUAL OFF)
    set(_pch OFF)
else()
    set(_pch ON)
endif()

# holdline_make_pch(NAME header target…): compiles the header once, with the flags of the targets.
function(holdline_make_pch name header)
    if(NOT _pch)
        return()
    endif()
    # There is no precompiled header without a source.
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp CONTENT "")
    add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    set_target_properties(${name} PROPERTIES AUTOMOC OFF)
    target_link_libraries(${name} PRIVATE holdline_flags ${ARGN})
    get_filename_component(header ${header} ABSOLUTE)
    target_precompile_headers(${name} PRIVATE ${header})
endfunction()

# holdline_use_pch(TARGET NAME): the flags and definitions of TARGET have to be NAME's and may be more. Where they are
# not, the compiler warns (an error in the asan preset) and reads the header itself.
function(holdline_use_pch target name)
    if(_pch)
        target_precompile_headers(${target} REUSE_FROM ${name})
    endif()
endfunction()

# holdline_use_pch_below(folder NAME): the same for every library and program of a folder and of those below it.
function(holdline_use_pch_below folder name)
    get_property(folders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
    foreach(below IN LISTS folders)
        holdline_use_pch_below(${below} ${name})
    endforeach()
    get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
    foreach(target IN LISTS targets)
        get_target_property(type ${target} TYPE)
        if(type MATCHES "^(STATIC_LIBRARY|EXECUTABLE)$")
            holdline_use_pch(${target} ${name})
        endif()
    endforeach()
endfunction()
