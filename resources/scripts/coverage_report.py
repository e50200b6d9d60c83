#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sums up gcov's counts of a build folder per folder of the product. Called by coverage.sh."""
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
    """gcov's answer for some objects, one JSON document a line."""
    command = ["gcov", "--json-format", "--stdout", *objects]
    answer = subprocess.run(command, cwd=build, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]


def counts_of(build, root):
    """{file: {line: how often it ran}} of the product's files; a line of a header counts over all objects."""
    objects = []
    for folder, _, names in os.walk(build):
        relative = os.path.relpath(folder, build)
        if relative.startswith(PRODUCT):
            # An object that no test loaded has notes (.gcno) and no counts: its lines are there and never ran.
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
    """False for code that the compiler made: what a closing brace does when an exception passes, and the comparisons
    that are `= default`, whose code it puts into the lines of the members, outside of any function."""
    text = source[line["line_number"] - 1]
    return "function_name" in line and re.search(r"\w", text) and "= default;" not in text


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--files", action="store_true", help="a line for each file as well")
    parser.add_argument("--missing", action="append", default=[], help="lines that never ran in files with this in their path")
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
    """[1, 2, 3, 7] as "1-3", "7"."""
    start = last = numbers[0]
    for number in [*numbers[1:], None]:
        if number == last + 1 if number is not None else False:
            last = number
            continue
        yield str(start) if start == last else f"{start}-{last}"
        start = last = number


if __name__ == "__main__":
    main()
