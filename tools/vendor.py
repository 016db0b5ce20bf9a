"""Fetches the scripts of others again and checks them: by `npm pack`, into a temporary folder, against vendor.json.

The files are committed; nobody needs this to run or build Azukari. `--accept` writes the hashes of what came
instead of checking them: for a new version, after its number was changed in vendor.json.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LISTS = [
    ROOT / "src/azukari/ui/static/ui/vendor/vendor.json",
    ROOT / "src/azukari/entrance/static/entrance/vendor/vendor.json",
    ROOT / "tests/vendor/vendor.json",
]


def main() -> int:
    """Fetch all packages of all lists; 1 if one file is not the one that was committed."""
    accept = "--accept" in sys.argv
    npm = shutil.which("npm")
    if npm is None:
        print("npm がありません。")
        return 1
    wrong: list[str] = []
    for path in LISTS:
        packages = json.loads(path.read_text(encoding="utf-8"))
        for package in packages:
            wrong += _renew(npm, package, path.parent, accept=accept)
        if accept:
            path.write_text(json.dumps(packages, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for line in wrong:
        print(f"ハッシュが違います：{line}")
    return 1 if wrong else 0


def _renew(npm: str, package: dict[str, Any], folder: Path, *, accept: bool) -> list[str]:
    """Copy the files of one package beside its list; a file whose hash differs is named and not copied."""
    wrong = []
    with tempfile.TemporaryDirectory() as temporary:
        spec = f"{package['name']}@{package['version']}"
        subprocess.run([npm, "pack", "--silent", "--pack-destination", temporary, spec], check=True, cwd=temporary)
        (archive,) = Path(temporary).glob("*.tgz")
        with tarfile.open(archive) as tar:
            for file in package["files"]:
                member = tar.extractfile(f"package/{file['from']}")
                if member is None:
                    wrong.append(f"{spec} {file['from']}")
                    continue
                content = member.read()
                digest = hashlib.sha256(content).hexdigest()
                if accept:
                    file["sha256"] = digest
                elif digest != file["sha256"]:
                    wrong.append(f"{spec} {file['file']}")
                    continue
                (folder / file["file"]).write_bytes(content)
                print(f"{spec} {file['file']} {digest}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
