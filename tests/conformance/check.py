#!/usr/bin/env python3
"""Runs the public suites against the program: a false allow fails, and so does a wrong case of a finished suite.

usage: check.py ASSAY SHARED FINISHED
"""
import json
import os
import re
import subprocess
import sys
import tempfile


def finished_suites(path):
    """Suite -> the cases of it that contradict their own specification."""
    lines = [line.split() for line in open(path) if line.strip() and not line.startswith('#')]
    return {words[0]: set(words[1:]) for words in lines}


def main():
    assay, shared, finished = sys.argv[1:]
    driver = os.path.join(shared, 'conformance', 'run')
    if not os.path.exists(driver):
        print('SKIPPED: the suites are not beside the project')
        return 77
    with tempfile.NamedTemporaryFile(suffix='.json') as table:
        said = subprocess.run([sys.executable, driver, '--assay', assay, '-v', '--json', table.name],
                              capture_output=True, text=True)
        print(said.stdout, said.stderr)
        counts = json.load(open(table.name))
    if 'ASSAY_TEST_OFFLINE' in os.environ:  # a build without network: this suite is all over HTTP
        counts.pop('tuf-conformance', None)
    bad = [f'{suite}: {n["false allow"]} false allows' for suite, n in counts.items() if n['false allow']]
    suite = None
    wrong = {}
    for line in said.stdout.splitlines():
        if re.match(r'\S', line):
            suite = line.split()[0]
        found = re.match(r'   (false allow|false refusal|error) +(\S+):', line)
        if found:
            wrong.setdefault(suite, set()).add(found.group(2))
    for suite, known in finished_suites(finished).items():
        if suite == 'tuf-conformance' and 'ASSAY_TEST_OFFLINE' in os.environ:
            continue
        if suite not in counts:
            bad.append(f'{suite}: did not run')
        for case in wrong.get(suite, set()) - known:
            bad.append(f'{suite}: {case} is wrong')
        for case in known - wrong.get(suite, set()):
            bad.append(f'{suite}: {case} is right now; take it off the list')
    print('\n'.join(bad) or 'no false allow, and every finished suite is right')
    return 1 if bad else 0


sys.exit(main())
