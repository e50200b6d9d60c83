#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Command two of the README: installs what is missing, builds the whole Qt Test suite and runs it.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: test.sh [--preset NAME]... [--jobs N] [--filter REGEX] [--label REGEX] [--all] [--no-setup] [--help]

Builds and runs the test suites under each preset of CMakePresets.json that is named, by default under asan:
AddressSanitizer and UndefinedBehaviorSanitizer, warnings are errors. Others: ci (optimised, as a release is), dev,
tsan. Ends with one line, "N passed, N failed": test classes, summed over the presets.

  --preset NAME   asan, ci, dev or tsan; may be given several times
  --jobs N        compile with N processes and test with twice as many (default: the number of cores)
  --filter REGEX  only the test classes whose name matches, e.g. tst_lanes
  --label REGEX   only those with a label that matches: unit, integration, process, bench or slow
  --all           also those labelled nightly
  --no-setup      install nothing

Tests labelled slow repeat a class on Qt's event loop or with four threads. Without --all five of them run: the
listener and the service on Qt's loop, because only there descriptors and everything at once take another path; the
service, dead letters and the monitor with threads, because their messages then cross threads. The others, labelled
nightly too, repeat those paths (tests/slow.cmake).

Exit status: 0 all passed, 1 a test failed, none ran or the build failed, 64 usage; or setup.sh's.
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

# Said each time: the cache of a build folder would remember a ccache that is no longer there. One that is switched off is
# none: precompiled headers take its place then.
launcher=
[[ -n ${CCACHE_DISABLE-} ]] || launcher=$(command -v ccache || true)

# The value of an attribute of the first <testsuite> in a JUnit file.
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
    # -k 0: all that does not compile is to be seen at once.
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
    # The end of each output is what counts; by default CTest keeps its beginning. Most tests wait more than they compute, so
    # twice as many of them as there are cores run at once.
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
