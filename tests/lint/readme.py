#!/usr/bin/env python3
"""readme.py ASSAY ROOT: the sessions of README.md come out as they are shown, and its policy is a policy.

A line "..." in a session stands for any lines.  Commands about files that are not in the tree are not run.
"""
import re
import shutil
import subprocess
import sys
import tempfile

assay, root = sys.argv[1:]
readme = open(root + "/README.md", encoding="utf-8").read()


def run(words):
    done = subprocess.run([assay] + words, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=60)
    return done.stdout, done.returncode


def sessions():
    """Commands with the lines that are shown under each."""
    shown = []
    for line in readme.split("\n"):
        if line.startswith("    $ "):
            shown.append((line[6:].split(), []))
        elif shown and (line.startswith("    ") or line == ""):
            shown[-1][1].append(line[4:])
        elif shown:
            yield from shown
            shown = []


def pattern(lines):
    text = "\n".join(lines).strip("\n") + "\n"
    return "".join(".*\n" if line == "..." else re.escape(line) + "\n" for line in text.split("\n")[:-1])


failed, ran, code = 0, 0, None
for words, lines in sessions():
    if words[0] == "echo":
        wrong = code is not None and lines[0] != str(code)
        said = str(code)
    elif words[:2] == ["assay", "formats"] or "testdata" in " ".join(words):
        said, code = run(words[1:])
        ran += 1
        wrong = re.fullmatch(pattern(lines), said, re.DOTALL) is None
    else:
        code, wrong = None, False
    if wrong:
        print("README.md shows another outcome of: %s\nit is:\n%s" % (" ".join(words), said))
        failed += 1

policy = re.search(r"```yaml\n(.*?)```", readme, re.DOTALL)
with tempfile.TemporaryDirectory() as directory:
    shutil.copytree(root + "/testdata/samples/keys", directory + "/keys")
    with open(directory + "/policy.yaml", "w", encoding="utf-8") as file:
        file.write(policy.group(1))
    said, code = run(["policy", "check", directory + "/policy.yaml"])
    if code != 0:
        print("the policy of README.md: " + said)
        failed += 1
if ran < 3:
    print("only %d sessions were run" % ran)
    failed += 1
sys.exit(failed != 0)
