# SPDX-License-Identifier: GPL-3.0-or-later
# One INTERFACE target carries the flags and definitions every target of the project is built with.
add_library(holdline_flags INTERFACE)

target_compile_options(holdline_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
    -Woverloaded-virtual -Wcast-align -Wformat=2 -Wimplicit-fallthrough
    # Reports std::optional and Qt's containers where nothing is wrong (GCC 12 with optimisation).
    -Wno-maybe-uninitialized
    $<$<BOOL:${HOLDLINE_WERROR}>:-Werror>)

target_compile_definitions(holdline_flags INTERFACE
    QT_NO_KEYWORDS
    QT_NO_CAST_FROM_ASCII
    QT_NO_CAST_TO_ASCII
    QT_NO_CAST_FROM_BYTEARRAY
    QT_NO_URL_CAST_FROM_STRING
    QT_NO_NARROWING_CONVERSIONS_IN_CONNECT
    QT_NO_CONTEXTLESS_CONNECT
    QT_NO_FOREACH
    QT_NO_JAVA_STYLE_ITERATORS
    # Qt 6.4 reads the first name, 6.5 and later the second.
    QT_DISABLE_DEPRECATED_BEFORE=0x060400
    QT_DISABLE_DEPRECATED_UP_TO=0x060400
    HOLDLINE_VERSION="${PROJECT_VERSION}")

# With optimisation across files GCC 12 sees a size in Qt's QHash that cannot occur.
if(CMAKE_INTERPROCEDURAL_OPTIMIZATION)
    target_link_options(holdline_flags INTERFACE -Wno-alloc-size-larger-than)
endif()

target_include_directories(holdline_flags INTERFACE ${PROJECT_SOURCE_DIR})

if(HOLDLINE_SANITIZE)
    list(JOIN HOLDLINE_SANITIZE "," _sanitizers)
    target_compile_options(holdline_flags INTERFACE -fsanitize=${_sanitizers} -fno-omit-frame-pointer
        -fno-sanitize-recover=all)
    # What debuggers and stack traces read, at two fifths of its size. It is more than a third of an instrumented object.
    target_compile_options(holdline_flags INTERFACE -gz)
    target_link_options(holdline_flags INTERFACE -gz)
    # At a fixed address, because the sanitizers' tables need a relocation for each place in the code otherwise. They
    # are a quarter of a program.
    target_link_options(holdline_flags INTERFACE -fsanitize=${_sanitizers} -no-pie)
endif()

# For the folder that calls it and those below: AddressSanitizer surrounds no global with a red zone. GCC gives one to each
# record of UBSan as well, and they are half of a program. core and service/http, which parse what comes from outside, keep them.
macro(holdline_leave_out_red_zones_of_globals)
    if(HOLDLINE_SANITIZE MATCHES "address" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        add_compile_options(--param=asan-globals=0)
    endif()
endmacro()

if(HOLDLINE_COVERAGE)
    # Threads count too.
    target_compile_options(holdline_flags INTERFACE --coverage -fprofile-update=atomic)
    target_link_options(holdline_flags INTERFACE --coverage)
endif()
