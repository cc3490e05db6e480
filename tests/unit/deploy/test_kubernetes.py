"""The manifests are what Kubernetes takes, and confine what they start."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from deploy.settings import DEPARTMENTS, SERVICES
from shared.kafka_users import OPERATOR
from shared.topics import PARTITIONS

FOLDER = Path(__file__).parents[3] / "deploy" / "kubernetes"
VERSION = "1.33"
OF_OTHERS = {"Kustomization", "ScaledObject", "PodMonitor"}
"""Kinds that kustomize, KEDA and the Prometheus Operator bring: their schemas are not here."""

type Manifest = dict[str, Any]


def manifests(name: str) -> list[Manifest]:
    return list(yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8")))


EVERY = [(file.name, one) for file in sorted(FOLDER.glob("*.yaml")) for one in manifests(file.name)]


def of_kind(kind: str) -> Iterator[Manifest]:
    return (one for _, one in EVERY if one["kind"] == kind)


def pods() -> Iterator[Manifest]:
    for one in (*of_kind("Deployment"), *of_kind("Job")):
        yield one["spec"]["template"]["spec"]


def validate(manifest: Manifest) -> None:
    kubernetes_validate.validate(manifest, VERSION, strict=True)


@pytest.mark.parametrize(
    "manifest",
    [one for _, one in EVERY if one["kind"] not in OF_OTHERS],
    ids=lambda one: f"{one['kind']}-{one['metadata']['name']}",
)
def test_kubernetes_takes_it(manifest: Manifest) -> None:
    validate(manifest)


def test_what_is_not_checked_is_known() -> None:
    assert {one["kind"] for _, one in EVERY} >= OF_OTHERS
    assert {one["apiVersion"] for _, one in EVERY if one["kind"] in OF_OTHERS} == {
        "kustomize.config.k8s.io/v1beta1",
        "keda.sh/v1alpha1",
        "monitoring.coreos.com/v1",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [("replicas", "two"), ("replica", 2), ("template", {"spec": {}})],
    ids=["another type", "no such field", "what must be there"],
)
def test_a_broken_manifest_is_refused(field: str, value: object) -> None:
    [deployment, *_] = manifests("registry.yaml")
    deployment["spec"][field] = value
    with pytest.raises(kubernetes_validate.ValidationError):
        validate(deployment)


def test_everything_is_in_the_kustomization() -> None:
    [kustomization] = manifests("kustomization.yaml")
    others = {file.name for file in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(kustomization["resources"]) == others
    images = {one["image"] for pod in pods() for one in pod["containers"]}
    assert images == {one["name"] for one in kustomization["images"]}


def test_nothing_is_root_or_can_write_to_its_root_or_become_more() -> None:
    for pod in pods():
        told = pod["securityContext"]
        assert (told["runAsNonRoot"], told["runAsUser"]) == (True, 10001)
        assert told["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            for amounts in ("requests", "limits"):
                assert set(container["resources"][amounts]) == {"cpu", "memory"}


def test_each_service_is_asked_whether_it_lives_and_is_ready() -> None:
    probes = ("startupProbe", "livenessProbe", "readinessProbe")
    for deployment in of_kind("Deployment"):
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        asked = [container[probe]["httpGet"]["path"] for probe in probes]
        # A department takes commands while Kafka is away, and is not ready then.
        takes = "/live" if container["name"] in DEPARTMENTS else "/ready"
        assert asked == ["/live", "/live", takes]


def test_no_secret_is_contained() -> None:
    assert not list(of_kind("Secret"))
    [config] = of_kind("ConfigMap")
    assert not [name for name in config["data"] if "DATABASE" in name or "PASSWORD" in name]
    for deployment in of_kind("Deployment"):
        named = {
            one["secret"]["secretName"]
            for one in deployment["spec"]["template"]["spec"]["volumes"]
            if "secret" in one
        }
        assert named == {f"wardbook-{deployment['metadata']['name']}", "wardbook-people"}


def test_services_and_budgets_choose_the_pods_of_their_deployment() -> None:
    for name in SERVICES:
        deployment, service, budget = manifests(f"{name}.yaml")
        assert deployment["metadata"]["name"] == service["metadata"]["name"] == name
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert service["spec"]["selector"] == labels
        assert budget["spec"]["selector"]["matchLabels"] == labels
        assert deployment["spec"]["selector"]["matchLabels"] == labels


def test_the_departments_differ_in_their_names_alone() -> None:
    texts = {
        (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").replace(name, "NAME")
        for name in DEPARTMENTS
    }
    assert len(texts) == 1


def test_each_comes_to_kafka_by_its_own_name() -> None:
    users = {
        one["metadata"]["name"]: one["spec"]["template"]["spec"]["containers"][0]["env"]
        for one in (*of_kind("Deployment"), *of_kind("Job"))
    }
    names = dict.fromkeys(SERVICES) | {"topics": OPERATOR}
    assert users == {
        part: [{"name": "WARDBOOK_KAFKA_USER", "value": user or part}]
        for part, user in names.items()
    }


def test_pods_are_closed_but_for_what_is_told() -> None:
    by_name = {one["metadata"]["name"]: one["spec"] for one in of_kind("NetworkPolicy")}
    assert by_name.pop("nothing") == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for spec in by_name.values():
        for rule in (*spec.get("ingress", []), *spec.get("egress", [])):
            assert rule["ports"]
            assert rule.get("from") or rule.get("to")


def test_no_more_workers_than_there_are_partitions() -> None:
    [scaled] = of_kind("ScaledObject")
    assert scaled["spec"]["maxReplicaCount"] == PARTITIONS
    [reporting, *_] = manifests("reporting.yaml")
    assert scaled["spec"]["scaleTargetRef"]["name"] == reporting["metadata"]["name"]
    assert "replicas" not in reporting["spec"]
