"""Validates every object below some folders with kubernetes-validate, unknown fields being errors.

A kind that the tool has no schema for has to be one of an operator; those are judged by tests/oracle.
"""

import pathlib
import sys

import kubernetes_validate
import yaml

OPERATORS = {
    "argoproj.io",
    "autoscaling.k8s.io",
    "cert-manager.io",
    "cloud.google.com",
    "barmancloud.cnpg.io",
    "gateway.envoyproxy.io",
    "gateway.networking.k8s.io",
    "kafka.strimzi.io",
    "karpenter.k8s.aws",
    "karpenter.sh",
    "keda.sh",
    "monitoring.coreos.com",
    "velero.io",
    "kueue.x-k8s.io",
    "kustomize.toolkit.fluxcd.io",
    "postgresql.cnpg.io",
    "psmdb.percona.com",
    "security.istio.io",
    "source.toolkit.fluxcd.io",
    "spire.spiffe.io",
    "telemetry.istio.io",
}


def main(version, folders):
    checked, others, faults = 0, 0, []
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*.yaml")):
            # Other targets have YAML, too: below golden/ENVIRONMENT, manifests are in `kubernetes`.
            if path.name == "kustomization.yaml" or path.relative_to(folder).parts[1] != "kubernetes":
                continue
            for obj in yaml.safe_load_all(path.read_text(encoding="utf-8")):
                place = f"{path}: {obj['kind']} {obj['metadata']['name']}"
                if obj["apiVersion"].partition("/")[0] in OPERATORS:
                    others += 1
                    continue
                try:
                    # The version that was used is returned; another one than asked for was not what was asked for.
                    used = kubernetes_validate.validate(obj, version, strict=True)
                    if used is not None and not version.startswith(str(used)):
                        faults.append(f"{place}: validated as of {used}")
                    checked += 1
                except kubernetes_validate.ValidationError as error:
                    faults.append(f"{place}: {error.message}")
                except kubernetes_validate.SchemaNotFoundError as error:
                    faults.append(f"{place}: not checked, {error.message}")
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"kubernetes-validate: {checked} objects, {len(faults)} faults; {others} objects of operators are not its own")
    return 1 if faults or not checked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
