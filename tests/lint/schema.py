#!/usr/bin/env python3
"""schema.py SCHEMA SAMPLES-PROGRAM: the reports of the samples program follow the schema, which is closed."""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed (scripts/setup installs it)")
    sys.exit(77)


def no_duplicates(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"duplicate key in {keys}"
    return dict(pairs)


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
with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[2], folder], check=True)
    samples = {path.name: json.loads(path.read_text("utf-8"), object_pairs_hook=no_duplicates)
               for path in sorted(pathlib.Path(folder).iterdir())}

failed = 0
for name, document in samples.items():
    for error in validator.iter_errors(document):
        print(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
        failed += 1
for path, _ in objects_in(samples["hostile.json"]):
    if validator.is_valid(with_stranger(samples["hostile.json"], path)):
        print(f"the schema is open at {path}")
        failed += 1
for key in samples["allowed.json"]:
    if validator.is_valid({k: v for k, v in samples["allowed.json"].items() if k != key}):
        print(f"the schema does not require {key}")
        failed += 1
print(f"{len(samples)} samples, {failed} failures")
sys.exit(1 if failed or len(samples) < 6 else 0)
