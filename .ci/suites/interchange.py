"""Reads every file of other systems below some folders with readers that are not ivs's own."""

import json
import pathlib
import sys

import jsonschema
from aas_core3_1 import jsonization, verification


def shell(document, _):
    environment = jsonization.environment_from_jsonable(document)
    return [f"{error.path}: {error.cause}" for error in verification.verify(environment)]


def asyncapi(document, schema):
    if schema is None:
        return None
    validator = jsonschema.validators.validator_for(schema)(schema)
    return [f"{list(error.path)}: {error.message[:200]}" for error in validator.iter_errors(document)]


def model(document, _):
    try:
        jsonschema.Draft202012Validator.check_schema(document)
    except jsonschema.SchemaError as error:
        return [error.message]
    return []


READERS = {".aas.json": shell, ".asyncapi.json": asyncapi, ".schema.json": model}


def main(schema, folders):
    schema = json.loads(pathlib.Path(schema).read_text(encoding="utf-8")) if schema else None
    counts, faults = {}, []
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*.json")):
            for ending, reader in READERS.items():
                if path.name.endswith(ending):
                    found = reader(json.loads(path.read_text(encoding="utf-8")), schema)
                    if found is not None:
                        counts[ending] = counts.get(ending, 0) + 1
                        faults += [f"{path}: {fault}" for fault in found]
    print(*faults, sep="\n", end="\n" if faults else "")
    print("read: " + ", ".join(f"{n} {ending}" for ending, n in sorted(counts.items())) + f"; {len(faults)} faults")
    return 1 if faults or not counts else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
