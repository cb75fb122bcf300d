"""What the tests of the two schemas share: a closed schema, and documents with one thing too many."""
import copy
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed (scripts/setup installs it)")
    sys.exit(77)


def validator_of(path):
    schema = json.loads(pathlib.Path(path).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


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


def tell_errors(validator, name, document):
    """How many, each on a line."""
    errors = list(validator.iter_errors(document))
    for error in errors:
        print(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
    return len(errors)


def tell_openings(validator, document):
    """How many objects of a valid document may have a member that nobody knows."""
    openings = [path for path, _ in objects_in(document) if validator.is_valid(with_stranger(document, path))]
    for path in openings:
        print(f"the schema is open at {path}")
    return len(openings)
