"""Write the list of what the service runs on (CycloneDX 1.6) from requirements.txt: `make sbom`.

Deterministic: the same requirements.txt gives the same bytes. Hashes are those that the installation demands, one for
each file that an installer may choose. Licenses are what the installed packages say of themselves, so this runs in the
project's own environment.
"""

import json
import re
import sys
import tomllib
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "security-review" / "sbom.json"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; (.+?))? \\$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_BY_CLASSIFIER = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "License :: OSI Approved :: The Unlicense (Unlicense)": "Unlicense",
}
_SPDX = frozenset({"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MPL-2.0", "Unlicense"})


@dataclass(frozen=True)
class Pin:
    """One package of requirements.txt: exactly this version, and one of these files."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def pins(text: str) -> list[Pin]:
    """Every pin of a requirements file with its hashes, in the order in which they stand."""
    found: list[Pin] = []
    for line in text.splitlines():
        head = _PIN.match(line)
        if head:
            found.append(Pin(head[1].lower(), head[2], head[3] or "", ()))
        elif found and (digest := _HASH.search(line)):
            last = found[-1]
            found[-1] = Pin(last.name, last.version, last.marker, (*last.hashes, digest[1]))
    return found


def license_of(pin: Pin) -> str:
    """What the installed package says its license is, in SPDX's words; empty when another version is installed."""
    try:
        said = metadata(pin.name)
    except PackageNotFoundError:
        return ""
    if said["Version"] != pin.version:
        return ""
    if said.get("License-Expression"):
        return str(said["License-Expression"])
    if said.get("License") in _SPDX:
        return str(said["License"])
    known = [_BY_CLASSIFIER[c] for c in said.get_all("Classifier") or [] if c in _BY_CLASSIFIER]
    return known[0] if known else ""


def bill(text: str, version: str) -> dict[str, object]:
    """The whole list, ready to be written as JSON."""
    components = [_component(pin) for pin in pins(text)]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{UUID(bytes=sha256(text.encode()).digest()[:16], version=4)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "previsit",
                "name": "previsit",
                "version": version,
                "licenses": [{"expression": "Apache-2.0"}],
            }
        },
        "components": components,
        "dependencies": [{"ref": "previsit", "dependsOn": [str(c["bom-ref"]) for c in components]}],
    }


def _component(pin: Pin) -> dict[str, object]:
    purl = f"pkg:pypi/{pin.name}@{pin.version}"
    found: dict[str, object] = {
        "type": "library",
        "bom-ref": purl,
        "name": pin.name,
        "version": pin.version,
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in pin.hashes],
    }
    if said := license_of(pin):
        found["licenses"] = [{"expression": said}]
    if pin.marker:
        found["properties"] = [{"name": "previsit:only-where", "value": pin.marker}]
    return found


def written(text: str, version: str) -> str:
    """The list as it stands in the file."""
    return json.dumps(bill(text, version), indent=1) + "\n"


def version_of(pyproject: str) -> str:
    """The version of the product."""
    return tomllib.loads(pyproject)["project"]["version"]


if __name__ == "__main__":
    requirements = (ROOT / "requirements.txt").read_text()
    TARGET.write_text(written(requirements, version_of((ROOT / "pyproject.toml").read_text())))
    sys.stdout.write(f"Wrote {TARGET.relative_to(ROOT)}: {len(pins(requirements))} packages\n")
