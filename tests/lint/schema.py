#!/usr/bin/env python3
"""schema.py SCHEMA SAMPLES-PROGRAM: the reports of the samples program follow the schema, which is closed."""
import json
import pathlib
import subprocess
import sys
import tempfile

from closed_schema import tell_errors, tell_openings, validator_of


def no_duplicates(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"duplicate key in {keys}"
    return dict(pairs)


validator = validator_of(sys.argv[1])
with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[2], folder], check=True)
    samples = {path.name: json.loads(path.read_text("utf-8"), object_pairs_hook=no_duplicates)
               for path in sorted(pathlib.Path(folder).iterdir())}

failed = sum(tell_errors(validator, name, document) for name, document in samples.items())
failed += tell_openings(validator, samples["hostile.json"])
for key in samples["allowed.json"]:
    if validator.is_valid({k: v for k, v in samples["allowed.json"].items() if k != key}):
        print(f"the schema does not require {key}")
        failed += 1
print(f"{len(samples)} samples, {failed} failures")
sys.exit(1 if failed or len(samples) < 6 else 0)
