#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sums up gcov's line counts of a build folder, for each folder of the product. coverage.sh calls it."""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys

PRODUCT = ("core/", "service/", "monitor/")


def gcov(build, objects):
    """Returns gcov's output for these object files: a list of JSON documents."""
    command = ["gcov", "--json-format", "--stdout", *objects]
    answer = subprocess.run(command, cwd=build, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]


def counts_of(build, root):
    """Returns {file: {line: how often it ran}} for the product's files. The counts of a header line are summed over
    all objects."""
    objects = []
    for folder, _, names in os.walk(build):
        relative = os.path.relpath(folder, build)
        if relative.startswith(PRODUCT):
            # Search by notes (.gcno), not by counts: an object that no test ran has no counts, but its lines
            # count as never run.
            objects += [os.path.join(relative, name) for name in names if name.endswith(".gcno") and "_autogen" not in folder]
    lines = collections.defaultdict(lambda: collections.defaultdict(int))
    batches = [objects[i : i + 16] for i in range(0, len(objects), 16)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for documents in pool.map(lambda batch: gcov(build, batch), batches):
            for document in documents:
                for entry in document["files"]:
                    path = os.path.join(document["current_working_directory"], entry["file"])
                    path = os.path.relpath(os.path.normpath(path), root)
                    if path.startswith(PRODUCT):
                        source = open(os.path.join(root, path)).read().split("\n")
                        for line in entry["lines"]:
                            if is_statement(line, source):
                                lines[path][line["line_number"]] += line["count"]
    return lines


def is_statement(line, source):
    """Returns False for lines whose code only the compiler made: the clean-up at a closing brace when an exception is
    thrown, and `= default` comparisons, whose code gcov reports at the lines of the members, outside of any function."""
    text = source[line["line_number"] - 1]
    return "function_name" in line and re.search(r"\w", text) and "= default;" not in text


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--files", action="store_true", help="print a line for each file too")
    parser.add_argument("--missing", action="append", default=[], help="print the lines that never ran, for files whose path contains this text")
    options = parser.parse_args()
    build = os.path.abspath(options.build)
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
    lines = counts_of(build, root)
    if not lines:
        sys.exit("coverage: no counts in " + build)

    folders = collections.defaultdict(lambda: [0, 0])
    rows = []
    for path, of_file in sorted(lines.items()):
        ran = sum(1 for count in of_file.values() if count)
        for name in (os.path.dirname(path), "all"):
            folders[name][0] += ran
            folders[name][1] += len(of_file)
        rows.append((path, ran, len(of_file)))
    if options.files:
        for path, ran, all_lines in rows:
            print(f"{100 * ran / all_lines:6.1f} %  {ran:6d} of {all_lines:6d}  {path}")
        print()
    for name, (ran, all_lines) in sorted(folders.items(), key=lambda item: (item[0] == "all", item[0])):
        print(f"{100 * ran / all_lines:6.1f} %  {ran:6d} of {all_lines:6d}  {name}")
    for pattern in options.missing:
        for path, of_file in sorted(lines.items()):
            never = sorted(line for line, count in of_file.items() if not count)
            if pattern in path and never:
                print(f"\n{path}: " + ", ".join(spans(never)))


def spans(numbers):
    """Yields ranges of sorted numbers as texts: "1-3" and "7" for [1, 2, 3, 7]."""
    start = last = numbers[0]
    for number in [*numbers[1:], None]:
        if number == last + 1 if number is not None else False:
            last = number
            continue
        yield str(start) if start == last else f"{start}-{last}"
        start = last = number


if __name__ == "__main__":
    main()
