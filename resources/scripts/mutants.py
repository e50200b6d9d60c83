#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutation testing: makes small changes to the product, one at a time, and prints which of them no test notices.

Works in a copy of the source tree (build/mutants), so the sources themselves never change. A changed file is a mutant.
Only the test suites that cover its file are compiled with it. A mutant is killed when a test fails or takes far longer
than before; otherwise it survives.
"""
import argparse
import os
import random
import re
import subprocess
import sys
import time

# The test suites that cover a file; the suite that most likely fails comes first. The first pattern that
# matches the file's path is used.
SUITES = [
    (r"core/(base|config|telemetry)/", ["unit_runtime"]),
    (r"core/eventloop/deadlin", ["unit_runtime"]),
    (r"core/eventloop/", ["unit_runtime", "sockets_eventloop"]),
    (r"core/job/", ["unit_job", "unit_formats", "unit_coordinator"]),
    (r"core/profile/", ["unit_profile", "unit_formats", "unit_coordinator"]),
    (r"core/routing/", ["unit_runtime", "unit_profile", "unit_tools"]),
    (r"core/httpvalues/", ["unit_formats", "unit_http"]),
    (r"core/", ["unit_formats", "unit_runtime"]),
    (r"service/http/", ["unit_http", "sockets_http"]),
    (r"service/httpclient/", ["unit_http", "sockets_upstream"]),
    (r"service/holdline/upstream/", ["unit_http", "sockets_upstream"]),
    (r"service/holdline/store/", ["unit_store", "unit_coordinator"]),
    (r"service/holdline/jobs/", ["unit_coordinator", "sockets_service"]),
    (r"service/holdline/(monitorfeed|shards|answers|deadletters)/", ["unit_coordinator", "sockets_api", "sockets_service"]),
    (r"service/holdline/", ["sockets_http", "sockets_api", "sockets_service"]),
    (r"service/(jobserver|jobclient|cli)/", ["unit_tools", "sockets_tools"]),
    (r"monitor/window/", ["window"]),
    (r"monitor/", ["unit_monitor", "sockets_monitor", "window"]),
]

# The kind of a change, the pattern and its replacement. Spaces around operators distinguish them from
# template brackets, pointers and signs.
SWAPS = [
    ("relation", r" < ", " <= "), ("relation", r" <= ", " < "), ("relation", r" > ", " >= "), ("relation", r" >= ", " > "),
    ("relation", r" == ", " != "), ("relation", r" != ", " == "),
    ("arithmetic", r" \+ ", " - "), ("arithmetic", r" - ", " + "), ("arithmetic", r" \* ", " / "),
    ("arithmetic", r" \+= ", " -= "), ("arithmetic", r" -= ", " += "), ("arithmetic", r"\+\+", "--"),
    ("boolean", r" && ", " || "), ("boolean", r" \|\| ", " && "),
    ("boolean", r"\btrue\b", "false"), ("boolean", r"\bfalse\b", "true"),
    ("constant", r"(?<![\w.'])(\d+)(?![\w.'])", lambda m: str(int(m.group(1)) + 1)),
    ("condition", r"\b(if|while) \((?!const |auto )(?P<c>[^;{]+)\)(?= \{$|$)", lambda m: f"{m.group(1)} (!({m.group('c')}))"),
    # `{}` is the same as these.
    ("return", r"\breturn (?!(?:\{\}|false|0|nullptr|std::nullopt);)[^;]+;", "return {};"),
]
STATEMENT = re.compile(r"^\s*(?!return|break|continue|case|using|const|static|auto|else|throw|goto|default|emit|friend|typedef)"
                       r"(?:\+\+|--)?[\w:>.\[\]()*-]+(?:\([^;]*\)| (?:[-+*|&]?=) [^;]+);$")


class Mutant:
    def __init__(self, path, number, kind, before, after):
        self.path, self.number, self.kind, self.before, self.after = path, number, kind, before, after

    def __str__(self):
        return f"{self.path}:{self.number}: {self.kind}: {self.before.strip()}  ->  {self.after.strip()}"


def code_only(line):
    """Returns the line with string literals and comments replaced by spaces or x, so that all columns stay the same."""
    blank = lambda m: '"' + " " * (len(m.group()) - 2) + '"'
    line = re.sub(r'"(\\.|[^"\\])*"', blank, line)
    line = re.sub(r"'(\\.|[^'\\])+'", lambda m: "'" + "x" * (len(m.group()) - 2) + "'", line)
    return re.sub(r"//.*", lambda m: " " * len(m.group()), line)


def mutants_of(root, path):
    found = []
    in_comment = False
    for number, line in enumerate(open(os.path.join(root, path)).read().split("\n"), 1):
        code = code_only(line)
        in_comment = (in_comment or code.lstrip().startswith("/*")) and "*/" not in code
        if in_comment or re.match(r"\s*(#|static_assert|Q_ASSERT|template|friend|using|\}?\s*//|$)", code) or 'R"' in code:
            continue
        for kind, pattern, new in SWAPS:
            for match in re.finditer(pattern, code):
                part = re.match(pattern, match.group()) if not callable(new) else match
                text = new(part) if callable(new) else new
                if callable(new) and kind == "condition":
                    # The condition from the original line, with its string literals.
                    inside = line[match.start("c"):match.end("c")]
                    text = f"{match.group(1)} (!({inside}))"
                found.append(Mutant(path, number, kind, line, line[:match.start()] + text + line[match.end():]))
        # A call of reserve() is not deleted: without it the program does the same, only with more
        # allocations.
        if STATEMENT.match(code.rstrip()) and "reserve(" not in code:
            found.append(Mutant(path, number, "deletion", line, ";"))
    return found


def run(command, folder, limit=None):
    try:
        done = subprocess.run(command, cwd=folder, timeout=limit, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired:
        return None, ""


def suites_of(path):
    return next((suites for pattern, suites in SUITES if re.match(pattern, path)), [])


class Tree:
    """The copy of the source tree, and its build folder."""

    def __init__(self, root, jobs):
        self.folder = os.path.join(root, "build/mutants")
        self.build = os.path.join(self.folder, "build")
        self.jobs = str(jobs)
        self.seconds = {}
        os.makedirs(self.folder, exist_ok=True)
        # File times and the build folder are kept, so that a second run compiles only changed files.
        files = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root, capture_output=True, check=True).stdout
        wanted = {f for f in files.decode().split("\0") if f and os.path.exists(os.path.join(root, f))}
        for folder, folders, names in os.walk(self.folder):
            if folder == self.folder and "build" in folders:
                folders.remove("build")
            for name in names:
                if os.path.relpath(os.path.join(folder, name), self.folder) not in wanted:
                    os.remove(os.path.join(folder, name))
        tar = subprocess.Popen(["tar", "-C", root, "--null", "-T", "-", "-cf", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        extract = subprocess.Popen(["tar", "-C", self.folder, "-xf", "-"], stdin=tar.stdout)
        tar.stdin.write("\0".join(sorted(wanted)).encode())
        tar.stdin.close()
        if extract.wait() or tar.wait():
            sys.exit("mutants: cannot copy the tree")
        status, text = run(["cmake", "-S", self.folder, "-B", self.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -g0",
                            "-DHOLDLINE_PCH=ON", "-DHOLDLINE_CRASH_POINTS=ON"], root)
        if status:
            sys.exit(text)

    def compile(self, suites):
        return run(["ninja", "-j", self.jobs, *suites], self.build)

    def passes(self, suite, tests, limit):
        select = ["-R", tests] if tests else []
        status, text = run(["ctest", "-L", f"^{suite}$", *select, "--stop-on-failure", "--timeout", str(max(5, int(limit))), "-j", self.jobs,
                            "--no-tests=ignore", "--test-output-size-failed", "0"], self.build, limit)
        return status == 0, text

    def measure(self, suites, tests):
        status, text = self.compile(suites)
        if status:
            sys.exit(text[-4000:] + "\nmutants: the tree itself does not compile")
        for suite in suites:
            began = time.monotonic()
            passes, text = self.passes(suite, tests, 1200)
            if not passes:
                sys.exit(text[-4000:] + f"\nmutants: {suite} fails before anything is changed")
            self.seconds[suite] = time.monotonic() - began
            print(f"{suite}: passes in {self.seconds[suite]:.0f} s", flush=True)

    def fate(self, mutant, suites, tests):
        path = os.path.join(self.folder, mutant.path)
        original = open(path).read()
        lines = original.split("\n")
        lines[mutant.number - 1] = mutant.after
        try:
            with open(path, "w") as file:
                file.write("\n".join(lines))
            # The first suite kills most mutants, so the others are compiled only when the mutant survives the
            # first one.
            for suite in suites:
                if self.compile([suite])[0]:
                    return "does not compile"
                if not self.passes(suite, tests, 3 * self.seconds[suite] + 10)[0]:
                    return "killed"
            return "survived"
        finally:
            with open(path, "w") as file:
                file.write(original)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="sources or folders of the product, e.g. core/job")
    parser.add_argument("--changed", metavar="COMMIT", help="mutate the product's source files that differ from this commit")
    parser.add_argument("--sample", type=int, default=50, help="number of mutants (default 50; 0 for all)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the random choice; the same seed chooses the same mutants (default 1)")
    parser.add_argument("--suite", action="append", help="run this test suite instead of those that cover the file (may be repeated)")
    parser.add_argument("--tests", help="run only test classes whose name matches this regular expression")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--quick", action="store_true", help="leave out the suites that open sockets; try the survivors with all suites by --again")
    parser.add_argument("--after", metavar="FILE", help="continue after the last mutant in this earlier output of a run with the same seed and files")
    parser.add_argument("--again", metavar="FILE", help="try only the mutants that survived in this earlier output, found by their file and their change")
    parser.add_argument("--list", action="store_true", help="only print the chosen mutants")
    options = parser.parse_args()
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
    names = options.files
    if options.changed:
        difference = subprocess.run(["git", "diff", "--name-only", "--diff-filter=d", options.changed], cwd=root, capture_output=True, text=True, check=True)
        names = names + [f for f in difference.stdout.split() if re.match(r"(core|service|monitor)/.*\.(cpp|h)$", f)]
    if not names:
        parser.error("name files or --changed COMMIT")
    listed = subprocess.run(["git", "ls-files", "--", *names], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    paths = [f for f in listed if f.endswith((".cpp", ".h")) and (options.suite or suites_of(f))]
    all_mutants = [mutant for path in paths for mutant in mutants_of(root, path)]
    # All mutants are shuffled and kept, because some chosen ones do not compile and others take their place.
    random.Random(options.seed).shuffle(all_mutants)
    if options.again:
        # Mutants are compared without line numbers, because these may have changed since the earlier output.
        survived = set(re.findall(r"^survived (\S+?):\d+: (.*)$", open(options.again).read(), re.M))
        all_mutants = [m for m in all_mutants if re.match(r"(\S+?):\d+: (.*)$", str(m)).groups() in survived]
    if options.after:
        last = re.findall(r"^(?:killed|survived) +(.*)$", open(options.after).read(), re.M)[-1]
        all_mutants = all_mutants[[str(m) for m in all_mutants].index(last) + 1:]
    wanted = len(all_mutants) if options.again else options.sample or len(all_mutants)
    print(f"{len(all_mutants)} mutants of {len(paths)} files; seed {options.seed}", flush=True)
    if options.list:
        print("\n".join(str(mutant) for mutant in all_mutants[:wanted]))
        return 0

    tree = Tree(root, options.jobs)
    counts = {"killed": 0, "survived": 0, "does not compile": 0}
    for mutant in all_mutants:
        if counts["killed"] + counts["survived"] == wanted:
            break
        suites = options.suite or suites_of(mutant.path)
        if options.quick:
            suites = [suite for suite in suites if not suite.startswith("sockets_")]
        missing = [suite for suite in suites if suite not in tree.seconds]
        if missing:
            tree.measure(missing, options.tests)
        fate = tree.fate(mutant, suites, options.tests)
        counts[fate] += 1
        if fate != "does not compile":
            print(f"{fate:8} {mutant}", flush=True)
    tried = counts["killed"] + counts["survived"]
    share = 100 * counts["killed"] / tried if tried else 0
    print(f"{counts['killed']} of {tried} killed ({share:.1f} %), {counts['survived']} survived, {counts['does not compile']} did not compile")
    return 0 if tried else 1


if __name__ == "__main__":
    sys.exit(main())
