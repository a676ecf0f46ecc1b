"""Reads what marketplaces and catalogues are given with the tools and schemas that they publish."""

import gzip
import hashlib
import io
import json
import pathlib
import sys
import tarfile

import botocore.session
import botocore.validate
import html5lib
import jsonschema
import openapi_spec_validator
import yaml

faults = []
counts = {}


def judged(kind, path, judge):
    counts[kind] = counts.get(kind, 0) + 1
    try:
        judge()
    except Exception as error:  # every tool has its own
        faults.append(f"{path}: {kind}: {error}")


def no_duplicates(pairs):
    keys = [k for k, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key twice: {sorted(k for k in keys if keys.count(k) > 1)}")
    return dict(pairs)


def change_set(path):
    """As the client of AWS checks a request before it sends it; each change type once for each entity."""
    request = json.loads(path.read_text())
    model = botocore.session.get_session().get_service_model("marketplace-catalog")
    sent = dict(request, ChangeSet=[dict(c, Details=json.dumps(c["DetailsDocument"])) for c in request["ChangeSet"]])
    for change in sent["ChangeSet"]:
        del change["DetailsDocument"]
    report = botocore.validate.ParamValidator().validate(sent, model.operation_model("StartChangeSet").input_shape)
    if report.has_errors():
        raise ValueError(report.generate_report())
    seen = [(c["ChangeType"], c["Entity"].get("Identifier", "")) for c in request["ChangeSet"]]
    if len(seen) != len(set(seen)):
        raise ValueError("a change type twice for one entity")
    made = {f"${c['ChangeName']}.Entity.Identifier" for c in request["ChangeSet"] if "ChangeName" in c}
    for _, of in seen:
        if of.startswith("$") and of not in made:
            raise ValueError(f"nothing makes {of}")


def fixtures(path):
    """Every reference is to a request before it, and every metered price has its meter."""
    made = set()
    for fixture in json.loads(path.read_text())["fixtures"]:
        params = fixture["params"]
        for reference in [params.get("product"), (params.get("recurring") or {}).get("meter")]:
            if reference and reference.startswith("${") and reference[2:-4] not in made:
                raise ValueError(f"{fixture['name']} refers to {reference}, which nothing before it makes")
        if (params.get("recurring") or {}).get("usage_type") == "metered" and "meter" not in params["recurring"]:
            raise ValueError(f"{fixture['name']} is metered without a meter")
        if fixture["name"] in made:
            raise ValueError(f"{fixture['name']} twice")
        made.add(fixture["name"])


def layout(path):
    """Digests and sizes hold, and the chart unpacks to what lies beside it."""
    folder = path.parent

    def blob(descriptor):
        content = (folder / "blobs" / descriptor["digest"].replace(":", "/")).read_bytes()
        if hashlib.sha256(content).hexdigest() != descriptor["digest"].split(":")[1] or len(content) != descriptor["size"]:
            raise ValueError(f"{descriptor['digest']} is not what it says")
        return content

    manifest = json.loads(blob(json.loads((folder / "index.json").read_text())["manifests"][0]))
    chart = json.loads(blob(manifest["config"]))
    (layer,) = manifest["layers"]
    beside = folder.parent.parent / "charts" / folder.name
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(blob(layer)))) as archive:
        packed = {m.name: archive.extractfile(m).read() for m in archive.getmembers()}
    lying = {f"{folder.name}/{f.relative_to(beside)}": f.read_bytes() for f in beside.rglob("*") if f.is_file()}
    if packed != lying:
        raise ValueError(f"the archive has {sorted(packed)}, beside it lie {sorted(lying)}")
    described = yaml.safe_load((beside / "Chart.yaml").read_text())
    if described != chart or described["apiVersion"] != "v2":
        raise ValueError("the config is not the chart's")
    values = yaml.safe_load((beside / "values.yaml").read_text())
    schema = json.loads((beside / "values.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(values, schema, cls=jsonschema.Draft7Validator)


def example(path):
    """A schema of a record is one, and its own examples fit their fields."""
    schema = json.loads(path.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for record in schema["$defs"].values():
        for field in record["properties"].values():
            kind = field.get("items", field)
            for value in field.get("examples", []):
                jsonschema.validate(value, dict(kind, **{"$defs": schema["$defs"]}), cls=jsonschema.Draft202012Validator)


def main(folders):
    for folder in map(pathlib.Path, folders):
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            inner = path.relative_to(folder)
            kind = inner.parts[0]
            if path.suffix in (".json", ".jsonld"):
                judged("JSON without double keys", path, lambda: json.loads(path.read_text(), object_pairs_hook=no_duplicates))
            if path.suffix in (".yaml", ".yml") and "templates" not in inner.parts:
                judged("YAML", path, lambda: list(yaml.safe_load_all(path.read_text())))
            if kind == "openapi":
                judged("OpenAPI 3.1", path, lambda: openapi_spec_validator.validate(yaml.safe_load(path.read_text())))
            if kind == "aws":
                judged("AWS change set", path, lambda: change_set(path))
            if kind == "stripe":
                judged("Stripe fixtures", path, lambda: fixtures(path))
            if kind == "schemas":
                judged("JSON Schema 2020-12", path, lambda: example(path))
            if kind == "storefront":
                judged("HTML", path, lambda: html5lib.HTMLParser(strict=True).parse(path.read_text()))
            if inner.name == "oci-layout":
                judged("OCI image layout", path, lambda: layout(path))
    print(*faults, sep="\n", end="\n" if faults else "")
    print(", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())) + f": {len(faults)} faults")
    return 1 if faults or not counts else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
