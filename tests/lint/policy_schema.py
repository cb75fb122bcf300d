#!/usr/bin/env python3
"""policy_schema.py SCHEMA TREE-PROGRAM TESTDATA MAN-PAGE: the schema takes the valid examples, the man page's too, and no other."""
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed (scripts/setup installs it)")
    sys.exit(77)


def tree_of(path):
    out = subprocess.run([sys.argv[2], path], check=True, capture_output=True).stdout
    return json.loads(out)


def objects_in(value, path=()):
    """Every object of a document, with the keys that lead to it."""
    if isinstance(value, dict):
        yield path, value
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from objects_in(part, path + (key,))


def with_stranger(document, path):
    changed = copy.deepcopy(document)
    place = changed
    for key in path:
        place = place[key]
    place["stranger"] = 1
    return changed


schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
data = pathlib.Path(sys.argv[3])
valid = sorted((data / "valid").iterdir())
invalid = sorted((data / "invalid").iterdir())
failed = 0

for path in valid:
    for error in validator.iter_errors(tree_of(path)):
        print(f"{path.name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
        failed += 1
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
for path, _ in objects_in(full):
    if validator.is_valid(with_stranger(full, path)):
        print(f"the schema is open at {path}")
        failed += 1
for known in ("trust", "settings", "products", "deny", "waivers", "tests"):
    if known not in full:
        print(f"full.yaml lacks {known}")
        failed += 1
print(f"{len(valid)} valid and {len(invalid)} invalid documents, {failed} failures")
sys.exit(1 if failed or len(valid) < 5 or len(invalid) < 30 or len(shown) < 2 else 0)
