#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Command one of the README: builds Holdline and shows what it is for, on loopback, without asking anything.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: demo.sh [--direct] [--start-latency TIME] [--monitor] [--picture FILE] [--no-setup] [--help]

Installs what is missing, builds all programs, and starts a job server and Holdline on loopback. Then a client that
can only make blocking calls runs 50 jobs against a limit of 5 seconds: straight at the job server, where they fail,
then through Holdline. Ends with the client's verdict and its proof, a text that shows which jobs ran. Afterwards
`cmake --install build/release` installs the programs.

  --direct              run all 50 jobs straight at the job server (about 25 s) instead of 5 of them
  --start-latency TIME  how long the job server takes for each start (default 0ms; 40ms with a monitor, so that
                        there is something to see)
  --monitor             with the monitor's window beside it, and a second run; ends when the window is closed
  --picture FILE        the same without a display: a picture of the monitor in the middle of the second run
  --no-setup            install nothing

Exit status: 0 when the (last) run through Holdline passed, 1 when not, 64 usage, 69 no display or no monitor; or
setup.sh's.
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
direct=no
setup=yes
start_latency=
monitor=no
picture=
while (($# > 0)); do
    case "$1" in
        --direct) direct=yes ;;
        --start-latency)
            if (($# < 2)); then
                usage >&2
                exit 64
            fi
            start_latency=$2
            shift
            ;;
        --monitor) monitor=yes ;;
        --picture)
            if (($# < 2)) || [[ -z $2 ]]; then
                usage >&2
                exit 64
            fi
            # The script changes into the source folder.
            picture=$(realpath -m -- "$2")
            shift
            ;;
        --no-setup) setup=no ;;
        --help | -h) usage; exit 0 ;;
        *) usage >&2; exit 64 ;;
    esac
    shift
done

[[ -z $picture ]] || monitor=yes
if [[ -z $start_latency ]]; then
    [[ $monitor == yes ]] && start_latency=40ms || start_latency=0ms
fi
if [[ $monitor == yes && -z $picture && -z ${DISPLAY-}${WAYLAND_DISPLAY-}${QT_QPA_PLATFORM-} ]]; then
    printf 'demo: %s\n' "there is no display here for the monitor's window. Either" \
        "  demo.sh --picture FILE.png   leaves a picture of it, or" \
        "  look from a machine that has one, through a socket forwarded by ssh:" \
        "    ssh -N -L /tmp/holdline.sock:/run/user/UID/holdline.sock THIS-MACHINE" \
        "    holdline-monitor --connect /tmp/holdline.sock" >&2
    exit 69
fi

heading() { printf '\n== %s\n' "$*"; }

work=$(mktemp -d)
declare -A pids=()
ended_well=no

clean_up() {
    local name
    for name in "${!pids[@]}"; do
        kill "${pids[$name]}" 2>/dev/null || true
    done
    for name in "${!pids[@]}"; do
        wait "${pids[$name]}" 2>/dev/null || true
    done
    if [[ $ended_well == no ]]; then
        for name in "$work"/*.log; do
            [[ -s $name ]] || continue
            printf '\n== the end of %s\n' "$name" >&2
            tail -n 20 "$name" >&2
        done
    else
        rm -rf "$work"
    fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

now_us() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }

# Whether something accepts connections on this port of loopback.
accepts() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The status with which http://127.0.0.1:PORT/PATH answers; nothing when it does not.
http_status() {
    local status=
    {
        exec 3<>"/dev/tcp/127.0.0.1/$1" &&
            printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$2" "$1" >&3 &&
            read -r -t 2 _ status _ <&3
        exec 3>&-
    } 2>/dev/null || true
    printf '%s' "$status"
}

# The port that is wanted, or another one where it is taken.
free_port() {
    local port=$1
    while accepts "$port"; do
        port=$((20000 + RANDOM % 12000))
    done
    echo "$port"
}

# wait_until NAME CONDITION...: until the condition holds; fails when the program ends or 20 s pass.
wait_until() {
    local name=$1 until=$((SECONDS + 20))
    shift
    until "$@"; do
        if ! kill -0 "${pids[$name]}" 2>/dev/null || ((SECONDS > until)); then
            printf 'demo: %s did not start\n' "$name" >&2
            exit 1
        fi
        sleep 0.02
    done
}

is_ready() { [[ $(http_status "$1" /readyz) == 200 ]]; }

# The number in the line "Total Duration: 1.636669279 seconds".
total_of() { sed -n 's/^Total Duration: *\([0-9.]*\) seconds.*/\1/p' "$1"; }

[[ $setup == no ]] || "$root/resources/scripts/setup.sh"

heading "build"
cd "$root"
# Said each time: the cache of a build folder would remember a ccache that is no longer there.
launcher=$(command -v ccache || true)
if ! cmake --preset release -D CMAKE_CXX_COMPILER_LAUNCHER="$launcher" >"$work/configure.log" 2>&1; then
    cat "$work/configure.log" >&2
    exit 1
fi
rm "$work/configure.log"
# All that `cmake --install build/release` installs; the monitor where Qt Widgets and Qt SVG are.
cmake --build --preset release --target programs
bin=$root/build/release/bin
if [[ $monitor == yes && ! -x $bin/holdline-monitor ]]; then
    printf 'demo: no holdline-monitor: it is built where Qt Widgets and Qt SVG are\n' >&2
    exit 69
fi

heading "start"
job_port=$(free_port 3740)
"$bin/jobserver" --listen "127.0.0.1:$job_port" --duration 500ms --start-latency "$start_latency" \
    >"$work/jobserver.log" 2>&1 &
pids[jobserver]=$!
wait_until jobserver accepts "$job_port"
printf 'job server:  http://127.0.0.1:%s/start\n' "$job_port"

hold_port=$(free_port 3738)
admin_port=$(free_port 3739)
"$bin/holdline" --listen "127.0.0.1:$hold_port" --admin-listen "127.0.0.1:$admin_port" \
    --monitor-socket "$work/holdline.sock" --store "$work/holdline.db" --upstream "http://127.0.0.1:$job_port/start" >"$work/holdline.log" 2>&1 &
pids[holdline]=$!
wait_until holdline is_ready "$admin_port"
printf 'holdline:    http://127.0.0.1:%s/\n' "$hold_port"

account="demo-$$-$RANDOM"
direct_url=http://127.0.0.1:$job_port/start
if [[ $direct == yes ]]; then
    heading "50 jobs straight at the job server"
    "$bin/jobclient" --url "$direct_url" --account "$account" --jobs 50 --timeout 60s || true
else
    heading "5 jobs straight at the job server"
    # Five are quick enough to pass; how long they took is what is wanted.
    "$bin/jobclient" --url "$direct_url" --account "$account" --jobs 5 --timeout 60s >"$work/direct.log" 2>&1 || true
    took=$(total_of "$work/direct.log")
    if [[ -z $took ]]; then
        printf 'demo: the direct run did not end with a duration\n' >&2
        exit 1
    fi
    awk -v took="$took" 'BEGIN {
        all = took * 10
        verdict = (all > 5) ? "> 5 s: FAILED" : "<= 5 s: PASSED"
        printf "5 direct jobs took %.1f s one after another; 50 would take about %.0f s %s\n", took, all, verdict
    }'
fi

if [[ $monitor == yes ]]; then
    # In the middle of the second run, when the charts have a whole one to show and the tables half a one.
    look=()
    [[ -z $picture ]] || look=(--picture "$picture" --picture-after 7500ms)
    monitor_began=$(now_us)
    "$bin/holdline-monitor" --connect "$work/holdline.sock" "${look[@]}" >"$work/monitor.log" 2>&1 &
    pids[monitor]=$!
    printf 'monitor:     %s/holdline.sock\n' "$work"
    sleep 2
    heading "50 jobs through Holdline, to warm up"
    "$bin/jobclient" --url "http://127.0.0.1:$hold_port/" --account "$account" --jobs 50 || true
    while (($(now_us) - monitor_began < 6000000)); do sleep 0.05; done
fi

heading "50 jobs through Holdline"
"$bin/jobclient" --url "http://127.0.0.1:$hold_port/" --account "$account" --jobs 50

if [[ $monitor == yes ]]; then
    [[ -n $picture ]] || printf '\nThe monitor stays open: close its window to end.\n'
    if ! wait "${pids[monitor]}"; then
        printf 'demo: the monitor failed\n' >&2
        exit 1
    fi
    unset 'pids[monitor]'
    [[ -z $picture ]] || printf '\nA picture of the monitor in the middle of that run: %s\n' "$picture"
fi
ended_well=yes
