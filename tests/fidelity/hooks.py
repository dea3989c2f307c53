"""What schemathesis cannot know: the contract's own formats, and what there is in the sandbox."""

import base64
import ipaddress
import json
import os
import pathlib
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

# What the tour has made: the values of path parameters that exist, and the snapshot in which they do.
WORLD = json.loads(pathlib.Path(os.environ["FIDELITY_WORLD"]).read_text())
# A snapshot is restored at most once in so many requests, so that changes can meet each other.
REST = 20
LONGEST_DELETION_MS = 2 * 3_600_000
seen = 0
since = 0

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


def is_fitting(case):
    """Whether a case is to succeed, and is none of a sequence, which has ids of its own."""
    return case.meta is not None and case.meta.generation.mode.is_positive and case.meta.phase.name != "stateful"


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Most requests that fit name what there is: else all would end at 404."""
    global seen
    if not is_fitting(case):
        return
    seen += 1
    if isinstance(case.body, dict) and case.body.get("provider") in REGIONS and seen % 4 != 0:
        agree(case.body)
    for name in case.path_parameters or {}:
        if name in WORLD["ids"] and seen % 8 != 0:
            case.path_parameters[name] = WORLD["ids"][name]


def control(case, method: str, path: str, body: dict):
    """Sends a request to the sandbox itself."""
    url = case.operation.base_url.rstrip("/") + "/__sandbox/" + path
    urllib.request.urlopen(urllib.request.Request(url, method=method, data=json.dumps(body).encode())).close()


@schemathesis.hook
def after_call(context, case, response):
    """Lets a deletion end. Brings back what was deleted, or is in a state that allows little."""
    global since
    is_gone = case.method.upper() == "DELETE" and response.status_code == 200
    if is_gone:
        # The check of what is deleted asks at once. Some deletions take seconds, during which the resource can be read.
        control(case, "POST", "advance", {"ms": LONGEST_DELETION_MS})
    if not is_fitting(case):
        return
    since += 1
    if is_gone or (response.status_code in (404, 409, 424) and since >= REST):
        since = 0
        control(case, "PUT", "snapshot", WORLD["snapshot"])
