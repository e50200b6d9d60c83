#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds an optimised Holdline and measures what it costs; can put the result into resources/docs/measurements.md.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: bench.sh [--docs] [--no-setup] [--help] [-- ARGUMENT...]

Builds the release and runs `bench`. It starts jobserver, holdline and jobclient, and prints tables of what a job, a
held request and a start cost (about eight minutes; `-- --quick` about one). The figures are also written to
build/release/bench.json and bench.md. Nothing passes or fails here.

  --docs      write the tables into resources/docs/measurements.md, in place of the last ones
  --no-setup  install nothing
  ARGUMENT    for bench; `bench.sh -- --help` lists them

Exit status: 0 measured, 64 usage, else the build's or bench's.
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
# Said each time: the cache of a build folder would remember a ccache that is no longer there.
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
