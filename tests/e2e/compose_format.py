"""What a compose file may hold, as far as ours use it: the keys of the Compose Specification, the shape of their values."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any], bool]


def matches(pattern: str) -> Check:
    return lambda value: isinstance(value, str | int) and re.fullmatch(pattern, str(value)) is not None


def either(*checks: Check) -> Check:
    return lambda value: any(check(value) for check in checks)


def listed(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def mapped(keys: Check, values: Check) -> Check:
    return lambda value: isinstance(value, dict) and all(keys(k) and values(v) for k, v in value.items())


def shaped(required: str = "", /, **fields: Check) -> Check:
    """A mapping of no other keys, each with its shape."""
    return lambda value: (
        isinstance(value, dict)
        and set(required.split()) <= set(value) <= set(fields)
        and all(fields[k](v) for k, v in value.items())
    )


def text(value: Any) -> bool:
    return isinstance(value, str)


def truth(value: Any) -> bool:
    return isinstance(value, bool)


def scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


NAME = matches(r"[a-zA-Z0-9._-]+")
DURATION = matches(r"(\d+(us|ms|s|m|h))+")
SIZE = matches(r"\d+(b|k|m|g|kb|mb|gb)?")
PORT = matches(r"((\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\]):)?(\d+(-\d+)?:)?\d+(-\d+)?(/(tcp|udp))?")
MOUNT = matches(r"(\.{0,2}/[^:]*|[a-zA-Z0-9][\w.-]*):/[^:]*(:(ro|rw|z|Z)(,(ro|rw|z|Z))*)?")
ENVIRONMENT = either(mapped(matches(r"[A-Za-z_]\w*"), scalar), listed(matches(r"[A-Za-z_]\w*(=.*)?")))
COMMAND = either(text, listed(text))
HEALTH = shaped(
    test=COMMAND,
    interval=DURATION,
    timeout=DURATION,
    start_period=DURATION,
    start_interval=DURATION,
    retries=whole,
    disable=truth,
)
NEEDS = shaped(
    "condition",
    condition=matches("service_started|service_healthy|service_completed_successfully"),
    restart=truth,
    required=truth,
)
DEPLOY = shaped(
    replicas=whole, mode=text, resources=lambda value: isinstance(value, dict), update_config=lambda v: isinstance(v, dict)
)
SERVICE: Mapping[str, Check] = {
    "build": either(
        text,
        shaped(
            "context", context=text, dockerfile=text, target=text, args=ENVIRONMENT, labels=ENVIRONMENT, cache_from=listed(text)
        ),
    ),
    "image": text,
    "command": COMMAND,
    "entrypoint": COMMAND,
    "container_name": NAME,
    "hostname": text,
    "user": text,
    "working_dir": text,
    "restart": matches("no|always|unless-stopped|on-failure(:\\d+)?"),
    "init": truth,
    "read_only": truth,
    "stop_signal": text,
    "stop_grace_period": DURATION,
    "tmpfs": either(text, listed(text)),
    "cap_drop": listed(text),
    "cap_add": listed(text),
    "security_opt": listed(text),
    "mem_limit": SIZE,
    "shm_size": SIZE,
    "cpus": either(whole, lambda value: isinstance(value, float)),
    "pids_limit": whole,
    "scale": whole,
    "ports": listed(
        either(PORT, shaped("target", target=whole, published=scalar, host_ip=text, protocol=text, mode=text, name=text))
    ),
    "expose": listed(scalar),
    "env_file": either(text, listed(either(text, shaped("path", path=text, required=truth, format=text)))),
    "environment": ENVIRONMENT,
    "labels": ENVIRONMENT,
    "logging": shaped(driver=text, options=mapped(text, either(text, whole))),
    "healthcheck": HEALTH,
    "depends_on": either(listed(NAME), mapped(NAME, NEEDS)),
    "volumes": listed(either(MOUNT, shaped("type target", type=text, source=text, target=text, read_only=truth))),
    "networks": either(listed(NAME), mapped(NAME, lambda _: True)),
    "secrets": listed(either(NAME, shaped("source", source=text, target=text, uid=text, gid=text, mode=scalar))),
    "profiles": listed(NAME),
    "deploy": DEPLOY,
    "extends": either(text, shaped("service", service=text, file=text)),
}
TOP = {"name", "services", "volumes", "networks", "secrets", "configs", "include"}


def problems(compose: Any) -> Iterator[str]:
    """Everything that is not as the format has it; what begins with `x-` is the writer's own."""
    yield from (f"{key}: no such key" for key in compose if key not in TOP and not key.startswith("x-"))
    if not matches(r"[a-z0-9][a-z0-9_-]*")(compose.get("name", "x")):
        yield "name: small letters, digits, - and _"
    services = compose.get("services") or {}
    for name, service in services.items():
        for key, value in service.items():
            if key.startswith("x-"):
                continue
            if key not in SERVICE:
                yield f"services.{name}.{key}: no such key"
            elif not SERVICE[key](value):
                yield f"services.{name}.{key}: {value!r} has not its shape"
        yield from _pointing(compose, name, service)
    if not services:
        yield "services: there are none"


def _pointing(compose: Any, name: str, service: Any) -> Iterator[str]:
    """What a service names that the file does not hold."""
    if not {"image", "build", "extends"} & set(service):
        yield f"services.{name}: neither an image nor a build"
    for needed in service.get("depends_on", ()):
        if needed not in compose["services"]:
            yield f"services.{name}.depends_on: no service {needed}"
    for mount in service.get("volumes", ()):
        source = mount.split(":")[0] if isinstance(mount, str) else mount.get("source", "")
        if source and source[0] not in "./~" and source not in (compose.get("volumes") or {}):
            yield f"services.{name}.volumes: no volume {source}"
    for one in service.get("secrets", ()):
        called = one if isinstance(one, str) else one["source"]
        if called not in (compose.get("secrets") or {}):
            yield f"services.{name}.secrets: no secret {called}"
