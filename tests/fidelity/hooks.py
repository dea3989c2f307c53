"""What schemathesis cannot know: the contract's own formats, and which services there are just now."""

import base64
import ipaddress
import json
import re
import urllib.request

import schemathesis
from hypothesis import strategies as st


def base64_of(size: int):
    return st.binary(min_size=size, max_size=size).map(lambda raw: base64.b64encode(raw).decode())


schemathesis.openapi.format("sha256", base64_of(32))
schemathesis.openapi.format("sha1", st.binary(min_size=20, max_size=20).map(bytes.hex))
schemathesis.openapi.format(
    "address",
    st.ip_addresses().map(str)
    | st.builds(
        lambda address, taken: str(ipaddress.ip_network((address, taken % (address.max_prefixlen + 1)), strict=False)),
        st.ip_addresses(),
        st.integers(min_value=0, max_value=128),
    ),
)

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOST = 20
seen = 0


def ask(method: str, url: str, body=None, headers=()):
    request = urllib.request.Request(url, method=method, headers=dict(headers))
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(request, data=data) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def create(base: str, case, authorization: str):
    path = f"{base}/v1/organizations/{case.path_parameters['organizationId']}/services"
    body = {"name": "fidelity", "provider": "aws", "region": "eu-west-1", "ipAccessList": [], "idleScaling": False}
    ask("POST", path, body, {"authorization": authorization})


def of_state(base: str, running: bool):
    """All services, or those that run: an idle one takes no password."""
    services = ask("GET", f"{base}/__sandbox/state")["services"]
    return [service for service in services if not running or service["state"] == "running"]


REGIONS = {"aws": "eu-west-1", "gcp": "europe-west4", "azure": "westus3"}


def agree(body: dict):
    """Lets the fields of a creation agree with each other: else all would end at the rules between them."""
    body.pop("regionId", None)
    body["region"] = REGIONS[body["provider"]]
    for name in ["backupId", "dataWarehouseId", "isReadonly", "tier"]:
        body.pop(name, None)
    for least, most in [("minTotalMemoryGb", "maxTotalMemoryGb"), ("minReplicaMemoryGb", "maxReplicaMemoryGb"), ("minReplicas", "maxReplicas")]:
        if least in body and most in body:
            body[least], body[most] = sorted([body[least], body[most]])


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Most requests that name a service by a valid id name one that there is: else all would end at 404."""
    global seen
    parameters = case.path_parameters or {}
    fits = case.meta is not None and case.meta.generation.mode.is_positive
    if fits and isinstance(case.body, dict) and case.body.get("provider") in REGIONS:
        seen += 1
        if seen % 4 != 0:
            agree(case.body)
    if not UUID.fullmatch(str(parameters.get("serviceId"))):
        return
    seen += 1
    if seen % 8 == 0:
        return
    base = case.operation.base_url.rstrip("/")
    services = of_state(base, seen % 2 == 0)
    if len(services) < 3:
        create(base, case, "Basic " + base64.b64encode(b"sandbox-key-id:sandbox-key-secret").decode())
        ask("POST", f"{base}/__sandbox/advance", {"ms": 180_000})
        services = of_state(base, False)
    service = services[-1 - seen // 2 % min(MOST, len(services))]["id"]
    parameters["serviceId"] = service
    if UUID.fullmatch(str(parameters.get("backupId"))):
        snapshot = ask("GET", f"{base}/__sandbox/snapshot")
        kept = [one["backups"]["kept"] for one in snapshot["services"] if one["id"] == service]
        if kept and kept[0]:
            parameters["backupId"] = kept[0][seen % len(kept[0])]["id"]
