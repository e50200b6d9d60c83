#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs resources/comparison/proxy.mjs and Holdline with the same faults, and prints how many requests each one
# answered.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: comparison.sh [--bin DIR] [--only NAME]... [--list] [--help]

Sends the requests of the same clients through a small Node proxy and through Holdline to a simulated job server with
faults (jobserver). Prints a table of the answers that the clients got. Everything runs on loopback and takes about
three minutes.

  --bin DIR    the folder of holdline, jobserver and jobclient (default: build/release/bin)
  --only NAME  run only this row; may be repeated
  --list       print the names of the rows

Exit status: 0 all rows were run, 64 wrong usage, 69 a program is missing, 70 a program did not start.
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=$root/build/release/bin
rows=(plain reset garbage early duplicate wrong_id refused error silent kill kill_lost repeat leavers slow big drain)
only=()
while (($# > 0)); do
    case "$1" in
        --bin | --only)
            if (($# < 2)); then
                usage >&2
                exit 64
            fi
            [[ $1 == --bin ]] && bin=$(realpath -m -- "$2") || only+=("$2")
            shift
            ;;
        --list) printf '%s\n' "${rows[@]}"; exit 0 ;;
        --help | -h) usage; exit 0 ;;
        *) usage >&2; exit 64 ;;
    esac
    shift
done
for name in "${only[@]}"; do
    if [[ " ${rows[*]} " != *" $name "* ]]; then
        printf 'comparison: there is no row %s. There are: %s\n' "$name" "${rows[*]}" >&2
        exit 64
    fi
done
((${#only[@]} == 0)) || rows=("${only[@]}")
for program in node curl "$bin/holdline" "$bin/jobserver" "$bin/jobclient"; do
    if ! command -v "$program" >/dev/null; then
        printf 'comparison: %s is missing. Debian has node in nodejs; demo.sh builds the others.\n' "$program" >&2
        exit 69
    fi
done

work=$(mktemp -d)
declare -A pids=()
stop() {
    local name
    for name in "$@"; do
        [[ -n ${pids[$name]-} ]] || continue
        kill -9 "${pids[$name]}" 2>/dev/null || true
        wait "${pids[$name]}" 2>/dev/null || true
        unset "pids[$name]"
    done
}
trap 'stop proxy api; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

accepts() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_port() {
    local port
    port=$((20000 + RANDOM % 12000))
    while accepts "$port"; do port=$((20000 + RANDOM % 12000)); done
    echo "$port"
}
# wait_for NAME PORT: waits until the program accepts connections; exits with 70 after 20 s or when the
# program has ended.
wait_for() {
    local until=$((SECONDS + 20))
    until accepts "$2"; do
        if ! kill -0 "${pids[$1]}" 2>/dev/null || ((SECONDS > until)); then
            printf 'comparison: %s did not start\n' "$1" >&2
            cat "$work/$1.log" >&2
            exit 70
        fi
        sleep 0.05
    done
}

api_port=$(free_port)
proxy_port=$(free_port)
admin_port=$(free_port)

start_api() {
    "$bin/jobserver" --listen "127.0.0.1:$api_port" --seed 7 "$@" >"$work/api.log" 2>&1 &
    pids[api]=$!
    wait_for api "$api_port"
}
start_proxy() {
    if [[ $1 == node ]]; then
        node "$root/resources/comparison/proxy.mjs" "$proxy_port" "http://127.0.0.1:$api_port/start" >>"$work/proxy.log" 2>&1 &
    else
        "$bin/holdline" --listen "127.0.0.1:$proxy_port" --admin-listen "127.0.0.1:$admin_port" --monitor-socket off \
            --store "$work/holdline.db" --upstream "http://127.0.0.1:$api_port/start" >>"$work/proxy.log" 2>&1 &
    fi
    pids[proxy]=$!
    wait_for proxy "$proxy_port"
}

url() { printf 'http://127.0.0.1:%s/start' "$proxy_port"; }
# stat NAME: prints the counter NAME of the job server.
stat() { curl -s "http://127.0.0.1:$api_port/stats" | sed -n "s/^ *\"$1\": \([0-9]*\),*$/\1/p" | head -n 1; }
now_ms() { local us=${EPOCHREALTIME/[.,]/}; echo $((us / 1000)); }
tenths() { printf '%d.%d s' $(($1 / 1000)) $(($1 % 1000 / 100)); }

# load JOBS FLAGS...: runs jobclient with JOBS requests and prints its result in words.
load() {
    local jobs=$1 other
    shift
    "$bin/jobclient" --url "$(url)" --account load --jobs "$jobs" --timeout 40s --json "$@" >"$work/load.json" 2>/dev/null || true
    other=$(sed -n '/"errors": {/,/}/p' "$work/load.json" | sed -n 's/^ *"\(.*\)": \([0-9]*\),*$/\2 \1/p' | paste -sd, | sed 's/,/, /g')
    printf '%s of %s answered in %.1f s; %s jobs ran' "$(sed -n 's/^ *"succeeded": \([0-9]*\),*$/\1/p' "$work/load.json")" \
        "$jobs" "$(sed -n 's/^ *"total_seconds": \([0-9.]*\),*$/\1/p' "$work/load.json")" "$(stat starts)"
    [[ -z $other ]] || printf ' (%s)' "$other"
}

# clients N FLAGS...: starts N curl clients at once, each with its own Idempotency-Key. They write their
# answers to $work/answer.*.
client_pids=()
clients() {
    local count=$1 i
    shift
    rm -f "$work"/answer.*
    client_pids=()
    for ((i = 0; i < count; ++i)); do
        curl -s -o "$work/answer.$i" "$(url)" -H "Idempotency-Key: key-$i" -d '{"account":"keys","wait":true}' "$@" 2>/dev/null &
        client_pids+=($!)
    done
}
wait_clients() { wait "${client_pids[@]}" || true; }
completed() { cat "$work"/answer.* 2>/dev/null | grep -o '"state":"completed"' | wc -l; }
until_starts() {
    local until=$((SECONDS + 20))
    until (($(stat starts) >= $1)) || ((SECONDS > until)); do sleep 0.05; done
}

# Each row has a title, and a function row_NAME that runs it with the proxy $1 (node or holdline) and prints
# what happened.
declare -A title=(
    [plain]="50 clients at once"
    [reset]="50 clients; the API resets 20 % of the connections, but runs the job and calls back"
    [garbage]="50 clients; 20 % of the API's answers cannot be read or are cut"
    [early]="50 clients; 30 % of the callbacks come before the start's answer"
    [duplicate]="50 clients; 30 % of the callbacks come twice"
    [wrong_id]="50 clients; 20 % of the callbacks are preceded by one with another job's id"
    [refused]="50 clients; 30 % of the starts are answered 503"
    [error]="50 clients; 20 % of the starts are answered 500"
    [silent]="10 clients; the API never calls back"
    [kill]="20 clients that repeat with a key; kill -9 while they are held, then a new start"
    [kill_lost]="20 clients that do not repeat; kill -9 while they are held. Who gets the result later, by the key?"
    [repeat]="20 clients that give up after 1 s and repeat with their key; jobs take 2 s"
    [leavers]="40 clients wait for their start and leave; then one more comes"
    [slow]="20 clients that send their request over 3 s, beside one that is quick"
    [big]="20 clients that send 64 MiB each"
    [drain]="20 clients are held; SIGTERM"
)

row_plain() { start_api; start_proxy "$1"; load 50; }
row_reset() { start_api --fault-reset 20; start_proxy "$1"; load 50; }
row_garbage() { start_api --fault-garbage 20; start_proxy "$1"; load 50; }
row_early() { start_api --fault-early 30; start_proxy "$1"; load 50; }
row_duplicate() { start_api --fault-duplicate 30; start_proxy "$1"; load 50; }
row_wrong_id() {
    start_api --fault-wrong-id 20
    start_proxy "$1"
    load 50
    printf '; %s answers are of jobs that the API started' "$(known_jobs)"
}
# Prints how many answers of the last load() are of jobs that the job server has run.
known_jobs() {
    sed -n 's/^ *"proof": "\(.*\)",*$/\1/p' "$work/load.json" | sed 's/\\n/\n/g' >"$work/proof"
    curl -s "http://127.0.0.1:$api_port/validate?account=load" --data-binary "@$work/proof" |
        sed -n 's/^ *"valid": \([0-9]*\),*$/\1/p'
}
row_refused() { start_api --fault-start-503 30; start_proxy "$1"; load 50; }
row_error() { start_api --fault-start-500 20; start_proxy "$1"; load 50; }
row_silent() { start_api --fault-no-callback 100; start_proxy "$1"; load 10; }

row_kill() {
    start_api --duration 3s
    start_proxy "$1"
    clients 20 --retry 10 --retry-delay 1 --retry-all-errors --max-time 40
    until_starts 20
    stop proxy
    sleep 0.5
    start_proxy "$1"
    wait_clients
    printf '%s of 20 answered; %s jobs ran' "$(completed)" "$(stat starts)"
}
row_kill_lost() {
    local i job found=0
    start_api --duration 3s
    start_proxy "$1"
    clients 20 --max-time 40
    until_starts 20
    stop proxy
    sleep 0.5
    start_proxy "$1"
    wait_clients
    sleep 4
    if [[ $1 == holdline ]]; then
        for ((i = 0; i < 20; ++i)); do
            job=$(curl -s "http://127.0.0.1:$proxy_port/v1/jobs?account=keys&idempotency_key=key-$i" |
                sed -n 's/.*"jobs":\[{"id":"\([^"]*\)".*/\1/p')
            ! curl -s "http://127.0.0.1:$proxy_port/v1/jobs/$job/result" | grep -q '"proof"' || ((++found))
        done
    fi
    printf '%s of 20 answered; %s results can be fetched later; %s jobs ran' "$(completed)" "$found" "$(stat starts)"
}
row_repeat() {
    start_api --duration 2s
    start_proxy "$1"
    clients 20 --max-time 1
    wait_clients
    clients 20 --max-time 40
    wait_clients
    printf '%s of 20 answered; %s jobs ran' "$(completed)" "$(stat starts)"
}
row_leavers() {
    local began
    start_api --start-latency 200ms
    start_proxy "$1"
    clients 40 --max-time 1
    wait_clients
    began=$(now_ms)
    curl -s -o "$work/answer.0" --max-time 40 "$(url)" -d '{"account":"keys","wait":true}'
    printf 'the one more waits %s; %s jobs ran' "$(tenths $(($(now_ms) - began)))" "$(stat starts)"
}
row_slow() {
    local i began quick
    start_api
    start_proxy "$1"
    client_pids=()
    rm -f "$work"/answer.*
    for ((i = 0; i < 20; ++i)); do
        { printf '{"account":'; sleep 3; printf '"slow","wait":true}'; } |
            curl -s -o "$work/answer.$i" -T - -X POST "$(url)" 2>/dev/null &
        client_pids+=($!)
    done
    began=$(now_ms)
    curl -s -o "$work/quick" "$(url)" -d '{"account":"quick","wait":true}'
    quick=$(($(now_ms) - began))
    wait_clients
    printf '%s of 20 answered; the quick one waits %s' "$(completed)" "$(tenths $quick)"
}
row_big() {
    local i kinds
    start_api
    start_proxy "$1"
    head -c $((64 << 20)) /dev/zero | tr '\0' a >"$work/big"
    client_pids=()
    for ((i = 0; i < 20; ++i)); do
        curl -s -o /dev/null -w '%{http_code}\n' -H 'Expect:' -H 'Transfer-Encoding: chunked' --data-binary "@$work/big" "$(url)" >"$work/code.$i" 2>/dev/null &
        client_pids+=($!)
    done
    wait_clients
    kinds=$(cat "$work"/code.* | sort | uniq -c | awk '{printf "%s%s × %s", (NR > 1 ? ", " : ""), $1, ($2 == "000" ? "no answer" : $2)}')
    rm -f "$work"/big "$work"/code.*
    printf '%s; %d MiB of memory at most' "$kinds" $(($(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/${pids[proxy]}/status") / 1024))
}
row_drain() {
    start_api --duration 2s
    start_proxy "$1"
    clients 20 --max-time 40
    until_starts 20
    kill -TERM "${pids[proxy]}"
    wait_clients
    printf '%s of 20 answered; %s jobs ran' "$(completed)" "$(stat starts)"
}

printf '| row | what happens | Node proxy | Holdline |\n|---|---|---|---|\n'
for row in "${rows[@]}"; do
    # shellcheck disable=SC2016  # Markdown, not a command
    printf '| `%s` | %s |' "$row" "${title[$row]}"
    for proxy in node holdline; do
        # Not in a subshell: it would lose the process ids, so that stop() could not end the programs.
        "row_$row" "$proxy" >"$work/cell"
        printf ' %s |' "$(cat "$work/cell")"
        stop proxy api
        rm -f "$work"/holdline.db* "$work/proxy.log"
    done
    printf '\n'
done
