#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds an optimised Holdline and measures the CPU time, memory and time that its work needs. With --docs it
# writes the result into resources/docs/measurements.md.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: bench.sh [--docs] [--no-setup] [--help] [-- ARGUMENT...]

Builds the release and runs the program `bench`. It starts jobserver, holdline and jobclient, and prints tables of the
cost of a job, of a held request and of a start request. This takes about eight minutes, with `-- --quick` about one.
The figures are also written to build/release/bench.json and bench.md. The script only measures: no figure
counts as a failure.

  --docs      replace the tables in resources/docs/measurements.md by the new ones
  --no-setup  install nothing
  ARGUMENT    is passed to bench; `bench.sh -- --help` lists bench's arguments

Exit status: 0 measured, 64 wrong usage, otherwise the status of the build or of bench.
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
docs=no
setup=yes
arguments=()
while (($# > 0)); do
    case "$1" in
        --docs) docs=yes ;;
        --no-setup) setup=no ;;
        --help | -h) usage; exit 0 ;;
        --)
            shift
            arguments=("$@")
            break
            ;;
        *) usage >&2; exit 64 ;;
    esac
    shift
done
[[ $setup == no ]] || "$root/resources/scripts/setup.sh"

cd "$root"
# Set each time, because CMake's cache in the build folder would keep the path of a ccache that was
# uninstalled.
launcher=$(command -v ccache || true)
cmake --preset release -D CMAKE_CXX_COMPILER_LAUNCHER="$launcher"
cmake --build --preset release --target bench

out=build/release
rm -f "$out/bench.json" "$out/bench.md"
"$out/bin/bench" --json "$out/bench.json" --markdown "$out/bench.md" "${arguments[@]}"
[[ $docs == yes ]] || exit 0

page=resources/docs/measurements.md
begin='<!-- measured: '
end='<!-- end of measured -->'
if ! grep -qF -- "$begin" "$page" || ! grep -qxF -- "$end" "$page" || [[ ! -s $out/bench.md ]]; then
    printf 'bench.sh: no tables, or no place for them in %s\n' "$page" >&2
    exit 70
fi
awk -v begin="$begin" -v end="$end" -v tables="$out/bench.md" '
    $0 == end { inside = 0 }
    !inside { print }
    index($0, begin) == 1 {
        inside = 1
        print ""
        while ((getline line < tables) > 0)
            print line
        print ""
    }
' "$page" >"$out/measurements.md"
cat "$out/measurements.md" >"$page"
