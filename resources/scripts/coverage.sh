#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Prints which share of the product's lines the tests run, for each folder.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: coverage.sh [--label REGEX] [--filter REGEX] [--jobs N] [--files] [--missing PATTERN] [--no-run] [--help]

Builds the preset `coverage`, runs the tests and prints the share of lines that ran, for each folder of the product.

  --label REGEX      only tests with a label that matches: a kind (unit, integration, process) or a suite (unit_job)
  --filter REGEX     only test classes whose name matches
  --jobs N           compile and test with N processes (default: the number of cores)
  --files            print a line for each file too
  --missing PATTERN  print the numbers of the lines that never ran, for files whose path contains PATTERN
  --no-run           build and run nothing; print the counts of the last run again

The counts of earlier runs are deleted first. A process that is killed with SIGKILL writes no counts. Needs python3
(setup.sh --measure installs it).

Exit status: 0 printed, 1 the build failed, or a test did (the figures are printed all the same then), 64 usage, 69 no python3.
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
jobs=$(nproc 2>/dev/null || echo 2)
select=()
report=()
run=yes
while (($# > 0)); do
    case "$1" in
        --label | --filter | --jobs | --missing)
            if (($# < 2)); then
                usage >&2
                exit 64
            fi
            case "$1" in
                --label) select+=(--label-regex "$2") ;;
                --filter) select+=(--tests-regex "$2") ;;
                --jobs) jobs=$2 ;;
                --missing) report+=(--missing "$2") ;;
            esac
            shift
            ;;
        --files) report+=(--files) ;;
        --no-run) run=no ;;
        --help | -h) usage; exit 0 ;;
        *) usage >&2; exit 64 ;;
    esac
    shift
done
if ! command -v python3 >/dev/null; then
    printf 'coverage: python3 is missing; setup.sh --measure installs it\n' >&2
    exit 69
fi

cd "$root"
status=0
if [[ $run == yes ]]; then
    if ! cmake --preset coverage || ! cmake --build --preset coverage --parallel "$jobs"; then
        printf 'coverage: the build failed\n' >&2
        exit 1
    fi
    find build/coverage -name '*.gcda' -delete
    ctest --test-dir build/coverage --output-on-failure --parallel "$jobs" --no-tests=error "${select[@]}" || status=1
fi
python3 resources/scripts/coverage_report.py build/coverage "${report[@]}"
exit "$status"
