"""Undo the documented differences, so that all else is compared with the reference field by field.

collect.py TREE: reads an output folder of ivs and prints its objects as one JSON list (which is YAML) in the
reference's form. Each difference is one step below. A step takes away exactly what ivs is known to write, and only if
it has the expected value; anything else stays and is found by the comparison.
"""
import json
import os
import re
import sys

import yaml

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
HISTORY = {"critical": 10, "standard": 5, "batch": 2}


def take(where, key, expected):
    """Removes a key that has the expected value."""
    if where.get(key) == expected and type(where.get(key)) is type(expected):
        del where[key]


def read(tree):
    """Objects by kind and name; only what `kustomization.yaml` names, as `kubectl apply -k` would."""
    found = {}
    todo = [tree]
    while todo:
        folder = todo.pop()
        index = os.path.join(folder, "kustomization.yaml")
        if not os.path.exists(index):
            todo += sorted(d.path for d in os.scandir(folder) if d.is_dir() and not d.name.startswith("."))
            continue
        with open(index) as f:
            resources = yaml.load(f, Loader)["resources"]
        for path in (os.path.normpath(os.path.join(folder, r)) for r in resources):
            if os.path.isdir(path):
                todo.append(path)
                continue
            with open(path) as f:
                for d in yaml.load_all(f, Loader):
                    key = (d["kind"], d["metadata"].get("namespace"), d["metadata"]["name"])
                    if key in found:
                        sys.exit(f"twice: {key}")
                    found[key] = d
    return found


def amount(text, scale):
    """A Kubernetes quantity in the reference's unit: `1` core is `1000m`, `1Gi` is `1024Mi`."""
    number, unit = re.fullmatch(r"(\d+)([A-Za-z]*)", text).groups()
    value = int(number) * scale[0][unit]
    return f"{value // scale[1]}{scale[2]}" if value % scale[1] == 0 else text


CORES = ({"": 1000, "m": 1}, 1, "m")
BYTES = ({"": 1, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30}, 1 << 20, "Mi")


def metadata(meta):
    labels = meta.get("labels", {})
    # What made an object is told by a label that cannot be overridden.
    if labels.get("app.kubernetes.io/managed-by") == "ivs":
        labels["app.kubernetes.io/managed-by"] = "bench"
    # A further label keeps pods of a service and of a job of the same name apart.
    take(labels, "app.kubernetes.io/component", "service")


def selector(labels):
    take(labels, "app.kubernetes.io/component", "service")


def deployment(d, hpa):
    spec = d["spec"]
    pod = spec["template"]["spec"]
    container = pod["containers"][0]
    tier = d["metadata"]["labels"].get("example.com/tier")
    region = d["metadata"]["labels"].get("example.com/region")
    metadata(spec["template"]["metadata"])
    selector(spec["selector"]["matchLabels"])
    # `replicas` belongs to the autoscaler; only a fixed number is written.
    if hpa is not None:
        if "replicas" not in spec:
            spec["replicas"] = hpa["spec"]["minReplicas"]
        else:
            spec["replicas"] = "beside an autoscaler"
    # The library has no words for these two yet: the reference's own values, by tier and region.
    spec.setdefault("revisionHistoryLimit", HISTORY.get(tier))
    pod.setdefault("nodeSelector", {"topology.kubernetes.io/region": region})
    # 30 s is Kubernetes' default and left out.
    pod.setdefault("terminationGracePeriodSeconds", 30)
    # More of the restricted Pod Security Standard than the reference has.
    take(pod, "automountServiceAccountToken", False)
    take(pod["securityContext"], "seccompProfile", {"type": "RuntimeDefault"})
    take(container["securityContext"], "capabilities", {"drop": ["ALL"]})
    # The container has the service's name.
    if container["name"] == d["metadata"]["name"]:
        container["name"] = "main"
    # Defaults written out.
    for port in container["ports"]:
        take(port, "protocol", "TCP")
    for kind in ("readinessProbe", "livenessProbe"):
        probe = container[kind]
        take(probe, "timeoutSeconds", 1)
        take(probe, "failureThreshold", 3)
        # The port by number instead of by name.
        if probe["httpGet"]["port"] == container["ports"][0]["containerPort"]:
            probe["httpGet"]["port"] = "http"
    # Canonical quantities.
    for side in container["resources"].values():
        side["cpu"] = amount(side["cpu"], CORES)
        side["memory"] = amount(side["memory"], BYTES)


def service(d):
    selector(d["spec"]["selector"])
    take(d["spec"], "type", "ClusterIP")
    for port in d["spec"]["ports"]:
        take(port, "protocol", "TCP")


def autoscaler(d):
    # `cpu` is written last, as older API servers give it back; the reference has it first.
    d["spec"]["metrics"].sort(key=lambda m: m.get("resource", {}).get("name") != "cpu")


def budget(d, low):
    spec = d["spec"]
    selector(spec["selector"]["matchLabels"])
    take(spec, "unhealthyPodEvictionPolicy", "AlwaysAllow")
    # At most one pod less, which is what the reference's `minAvailable` amounts to (but for one replica, whose node
    # could then never be drained).
    if spec.get("maxUnavailable") == 1:
        del spec["maxUnavailable"]
        spec["minAvailable"] = low - 1 if low > 1 else 1


def fixed(d, sources):
    """A fixed number of replicas has no autoscaler. The reference's, with the figures of the service's source."""
    meta, replicas = d["metadata"], d["spec"]["replicas"]
    body = re.search(rf"^service {re.escape(meta['name'])} from .*?^}}", sources, re.M | re.S).group()
    cpu = int(re.search(r"target cpu { utilization = (\d+)% }", body).group(1))
    metrics = [{"type": "Resource", "resource": {
        "name": "cpu", "target": {"type": "Utilization", "averageUtilization": cpu}}}]
    for name, average in re.findall(r"target (\w+) { average = (\d+)job", body):
        metrics.append({"type": "External", "external": {
            "metric": {"name": name, "selector": {"matchLabels": {"service": meta["name"]}}},
            "target": {"type": "AverageValue", "averageValue": average}}})
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": meta["name"]}
    return {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": meta,
            "spec": {"scaleTargetRef": target, "minReplicas": replicas, "maxReplicas": replicas,
                     "metrics": metrics, "behavior": {"scaleDown": {"stabilizationWindowSeconds": 300}}}}


def main():
    found = read(sys.argv[1])
    sources = ""
    for path in sorted(os.scandir("services"), key=lambda e: e.name):
        with open(path) as f:
            sources += f.read()
    out = []
    for (kind, namespace, name), d in sorted(found.items()):
        if kind == "ServiceAccount":
            # One of its own for each service, without a token.
            if d.get("automountServiceAccountToken") is False:
                continue
        if kind == "PriorityClass" and namespace is None:
            continue
        metadata(d["metadata"])
        # Annotations are on every object, not on pods alone.
        notes = d["metadata"].get("annotations")
        if notes and set(notes) == {"prometheus.io/scrape", "prometheus.io/port"}:
            del d["metadata"]["annotations"]
        hpa = found.get(("HorizontalPodAutoscaler", namespace, name))
        if kind == "Deployment":
            deployment(d, hpa)
            if hpa is None:
                out.append(fixed(d, sources))
        elif kind == "Service":
            service(d)
        elif kind == "HorizontalPodAutoscaler":
            autoscaler(d)
        elif kind == "PodDisruptionBudget":
            workload = found[("Deployment", namespace, name)]
            budget(d, hpa["spec"]["minReplicas"] if hpa else workload["spec"]["replicas"])
        out.append(d)
    json.dump(out, sys.stdout)


if __name__ == "__main__":
    main()
