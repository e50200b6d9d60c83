# SPDX-License-Identifier: GPL-3.0-or-later
# The flags and definitions with which every target of the project is built, as an INTERFACE target.
add_library(holdline_flags INTERFACE)

target_compile_options(holdline_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
    -Woverloaded-virtual -Wcast-align -Wformat=2 -Wimplicit-fallthrough
    # GCC 12 with optimisation gives false warnings of this kind for std::optional and Qt's containers.
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
    # Qt 6.4 reads the first name. Qt 6.5 and later read the second name.
    QT_DISABLE_DEPRECATED_BEFORE=0x060400
    QT_DISABLE_DEPRECATED_UP_TO=0x060400
    HOLDLINE_VERSION="${PROJECT_VERSION}")

# With link-time optimisation GCC 12 warns about an allocation size in Qt's QHash that cannot occur.
if(CMAKE_INTERPROCEDURAL_OPTIMIZATION)
    target_link_options(holdline_flags INTERFACE -Wno-alloc-size-larger-than)
endif()

target_include_directories(holdline_flags INTERFACE ${PROJECT_SOURCE_DIR})

if(HOLDLINE_SANITIZE)
    list(JOIN HOLDLINE_SANITIZE "," _sanitizers)
    target_compile_options(holdline_flags INTERFACE -fsanitize=${_sanitizers} -fno-omit-frame-pointer
        -fno-sanitize-recover=all)
    # The debug information is more than a third of an instrumented object. -gz compresses it to two fifths of its
    # size.
    target_compile_options(holdline_flags INTERFACE -gz)
    target_link_options(holdline_flags INTERFACE -gz)
    # Programs at a fixed address (-no-pie) are smaller. Otherwise the sanitizers' tables need a relocation for
    # each place in the code, and these relocations are a quarter of a program.
    target_link_options(holdline_flags INTERFACE -fsanitize=${_sanitizers} -no-pie)
endif()

# holdline_leave_out_red_zones_of_globals(): in the calling folder and those below, AddressSanitizer surrounds
# no global variable with a red zone. GCC also surrounds each record of UBSan, and these red zones are half of
# a program. core/json, core/httpvalues, core/profile and service/http keep the red zones, because they parse
# data from outside.
macro(holdline_leave_out_red_zones_of_globals)
    if(HOLDLINE_SANITIZE MATCHES "address" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        add_compile_options(--param=asan-globals=0)
    endif()
endmacro()

if(HOLDLINE_COVERAGE)
    # The counters are atomic, because several threads run the same code.
    target_compile_options(holdline_flags INTERFACE --coverage -fprofile-update=atomic)
    target_link_options(holdline_flags INTERFACE --coverage)
endif()
