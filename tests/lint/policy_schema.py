#!/usr/bin/env python3
"""policy_schema.py SCHEMA TREE-PROGRAM TESTDATA MAN-PAGE: the schema takes the valid examples, the man page's too, and no other."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from closed_schema import tell_errors, tell_openings, validator_of


def tree_of(path):
    out = subprocess.run([sys.argv[2], path], check=True, capture_output=True).stdout
    return json.loads(out)


validator = validator_of(sys.argv[1])
data = pathlib.Path(sys.argv[3])
valid = sorted((data / "valid").iterdir())
invalid = sorted((data / "invalid").iterdir())

failed = sum(tell_errors(validator, path.name, tree_of(path)) for path in valid)
shown = re.findall(r"\.Bd -literal -offset indent\n(.*?)\.Ed", pathlib.Path(sys.argv[4]).read_text(), re.S)
for number, example in enumerate(shown):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(example)
        file.flush()
        if not validator.is_valid(tree_of(file.name)):
            print(f"the schema refuses example {number} of the man page")
            failed += 1
for path in invalid:
    if validator.is_valid(tree_of(path)):
        print(f"{path.name}: the schema takes it")
        failed += 1
full = tree_of(data / "valid" / "full.yaml")
failed += tell_openings(validator, full)
for known in ("trust", "settings", "products", "deny", "waivers", "tests"):
    if known not in full:
        print(f"full.yaml lacks {known}")
        failed += 1
print(f"{len(valid)} valid and {len(invalid)} invalid documents, {failed} failures")
sys.exit(1 if failed or len(valid) < 5 or len(invalid) < 30 or len(shown) < 2 else 0)
