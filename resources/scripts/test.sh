#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The second command of the README: installs missing packages, builds all tests and runs them.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: test.sh [--preset NAME]... [--jobs N] [--filter REGEX] [--label REGEX] [--all] [--no-setup] [--help]

Builds and runs the test suites with each given preset of CMakePresets.json. The default is asan: AddressSanitizer and
UndefinedBehaviorSanitizer, and warnings are errors. The others are ci (optimised like a release), dev (Debug build) and
tsan (ThreadSanitizer). The last line is "N passed, N failed": the number of test classes, summed over the presets.

  --preset NAME   asan, ci, dev or tsan; may be given several times
  --jobs N        compile with N processes and test with twice as many (default: the number of cores)
  --filter REGEX  only the test classes whose name matches, e.g. tst_lanes
  --label REGEX   only tests with a label that matches: unit, integration, process, bench or slow
  --all           also run the tests with the label nightly
  --no-setup      install nothing

Tests with the label slow repeat a test class on Qt's event loop or with four threads. Without --all only five of them
run. On Qt's event loop: the listener and the whole service, whose code takes another path there. With four threads: the
service, dead letters and the monitor, whose messages then cross threads. The other slow tests also have the label
nightly, and repeat the same paths (tests/slow.cmake).

Exit status: 0 all passed; 1 a test or the build failed, or no test ran; 64 wrong usage; otherwise that of setup.sh.
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
presets=()
jobs=$(nproc 2>/dev/null || echo 2)
select=()
all=no
setup=yes
while (($# > 0)); do
    case "$1" in
        --preset | --jobs | --filter | --label)
            if (($# < 2)); then
                usage >&2
                exit 64
            fi
            case "$1" in
                --preset) presets+=("$2") ;;
                --jobs) jobs=$2 ;;
                --filter) select+=(--tests-regex "$2") ;;
                --label) select+=(--label-regex "$2") ;;
            esac
            shift
            ;;
        --all) all=yes ;;
        --no-setup) setup=no ;;
        --help | -h) usage; exit 0 ;;
        *) usage >&2; exit 64 ;;
    esac
    shift
done
((${#presets[@]} > 0)) || presets=(asan)
if [[ ! $jobs =~ ^[1-9][0-9]*$ ]]; then
    usage >&2
    exit 64
fi
[[ $setup == no ]] || "$root/resources/scripts/setup.sh"

[[ $all == yes ]] || select+=(--label-exclude '^nightly$')

# Set each time, because CMake's cache in the build folder would keep the path of a ccache that was
# uninstalled. A ccache that is switched off is not used, so that the build uses precompiled headers instead.
launcher=
[[ -n ${CCACHE_DISABLE-} ]] || launcher=$(command -v ccache || true)

# suite_number FILE ATTRIBUTE: prints the number in this attribute of the first <testsuite> in a JUnit file,
# or 0.
suite_number() {
    local value
    value=$(sed -n "s/.*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1)
    echo "${value:-0}"
}

cd "$root"
passed=0
failed=0
broken=0
for preset in "${presets[@]}"; do
    printf '== %s: build\n' "$preset"
    began=$SECONDS
    # -k 0: the build goes on after errors, so that it shows all files that do not compile.
    if ! cmake --preset "$preset" -D CMAKE_CXX_COMPILER_LAUNCHER="$launcher" ||
        ! cmake --build --preset "$preset" --parallel "$jobs" -- -k 0; then
        printf '== %s: the build failed\n' "$preset"
        broken=1
        continue
    fi
    built=$SECONDS
    printf '== %s: built in %d s, test\n' "$preset" "$((built - began))"

    report=build/$preset/junit.xml
    rm -f "$report"
    # The end of a test's output is the important part, but by default CTest keeps the beginning. Most tests
    # wait more than they compute, so twice as many tests run at once as there are cores.
    ctest --test-dir "build/$preset" --output-on-failure --parallel "$((jobs * 2))" --no-tests=error \
        "${select[@]}" --test-output-truncation head --output-junit junit.xml || broken=1
    if [[ ! -s $report ]]; then
        printf '== %s: no test ran\n' "$preset"
        broken=1
        continue
    fi
    total=$(suite_number "$report" tests)
    bad=$(suite_number "$report" failures)
    idle=$(($(suite_number "$report" disabled) + $(suite_number "$report" skipped)))
    functions=$({ grep -o 'Totals: [0-9]* passed' "$report" || true; } | awk '{ sum += $2 } END { print sum + 0 }')
    passed=$((passed + total - bad - idle))
    failed=$((failed + bad))
    printf '== %s: %d test classes with %d passed test functions in %d s\n' "$preset" "$total" "$functions" \
        "$((SECONDS - built))"
done

printf '%d passed, %d failed\n' "$passed" "$failed"
((broken == 0 && failed == 0 && passed > 0))
