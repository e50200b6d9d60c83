# SPDX-License-Identifier: GPL-3.0-or-later
# Precompiled headers: one for the product, one for the tests. A full build takes a fifth less time with them.
# They make ccache useless for builds in another folder: ccache finds a file again when its headers are the
# same, and a precompiled header contains the folder's name. So AUTO leaves them out when ccache launches the
# compiler.
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
    # CMake precompiles a header only for a target with a source file, so this one is empty.
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp CONTENT "")
    add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    set_target_properties(${name} PROPERTIES AUTOMOC OFF)
    target_link_libraries(${name} PRIVATE holdline_flags ${ARGN})
    get_filename_component(header ${header} ABSOLUTE)
    target_precompile_headers(${name} PRIVATE ${header})
endfunction()

# holdline_use_pch(TARGET NAME): TARGET uses the precompiled header NAME. TARGET must have all flags and
# definitions of NAME, and may have more. Otherwise the compiler warns (an error in the asan preset) and
# parses the header again.
function(holdline_use_pch target name)
    if(_pch)
        target_precompile_headers(${target} REUSE_FROM ${name})
    endif()
endfunction()

# holdline_use_pch_below(FOLDER NAME): calls holdline_use_pch for every library and program of FOLDER and of
# the folders below it.
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
