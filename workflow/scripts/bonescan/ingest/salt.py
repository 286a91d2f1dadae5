"""What stays with the user: the salt of the pseudonyms, and the key that says which file a token means."""

import json
import logging
import os
import secrets
import tempfile
from pathlib import Path

import pandas as pd

from bonescan.ingest.privacy import LEAST_SALT, Digests, pseudonym

SALT_VARIABLE = "BONESCAN_SALT"
SALT_FILE = ".bonescan-salt"
KEY_FILE = ".bonescan-files.tsv"
IDENTITIES_FILE = ".bonescan-identities"
# an archive may hold names of no known encoding
READING = {"sep": "\t", "dtype": str, "keep_default_na": False, "encoding_errors": "surrogateescape"}

log = logging.getLogger(__name__)


def read_salt(folder: Path) -> bytes:
    """Return the salt of the environment, else that of the folder's file, which is made if it is missing.

    Raises
    ------
    ValueError
        Too short a salt, or a file that others may read.
    """
    given = os.environ.get(SALT_VARIABLE)
    path = folder / SALT_FILE
    if given is None and not path.exists():
        _write_private(path, secrets.token_hex(32) + "\n", replace=False)
    if given is None and path.stat().st_mode & 0o077:
        raise ValueError(
            f"{SALT_FILE}: expected a file that only its owner may read: chmod 600 {SALT_FILE}; on a disk that keeps "
            f"no modes give the same salt in the environment variable {SALT_VARIABLE} and delete the file"
        )
    salt = (path.read_text(encoding="utf-8") if given is None else given).strip()
    if len(salt) < LEAST_SALT:
        raise ValueError(
            f"{SALT_FILE if given is None else SALT_VARIABLE}: expected a secret of at least {LEAST_SALT} characters"
        )
    return salt.encode()


def write_key(folder: Path, tokens: list[tuple[str, str]]) -> None:
    """Write the table of files' tokens and paths beside the salt, readable by its owner alone; older lines stay."""
    log.info("%s says which path a file's token stands for; keep it as private as the scans", KEY_FILE)
    path, key = folder / KEY_FILE, pd.DataFrame(tokens, columns=["source_file", "path"])
    if path.exists():
        key = pd.concat([key, pd.read_csv(path, **READING)])
    key = key.drop_duplicates("source_file").sort_values("path")
    _write_private(path, key.to_csv(sep="\t", index=False), replace=True)


def write_identities(folder: Path, known: Digests, salt: bytes) -> None:
    """Write the keyed hashes of the cohort's identities beside the salt, so that annotations are searched for them."""
    text = json.dumps({"salt": pseudonym(salt, "Mark"), "known": known})
    _write_private(folder / IDENTITIES_FILE, text + "\n", replace=True)


def read_identities(folder: Path) -> tuple[Digests, bytes]:
    """Return what `write_identities` wrote, and the salt.

    Raises
    ------
    ValueError
        It has written nothing there, or with another salt: no identity would be found.
    """
    path = folder / IDENTITIES_FILE
    if not path.exists():
        raise ValueError(
            f"{IDENTITIES_FILE}: expected what ingest leaves in the working directory to search annotations with, "
            "found none: let ingest run again there (snakemake --forcerun ingest)"
        )
    told = json.loads(path.read_text(encoding="utf-8"))
    if SALT_VARIABLE not in os.environ and not (folder / SALT_FILE).exists():
        raise ValueError(f"{SALT_VARIABLE}: expected the salt of ingest, found none")
    salt = read_salt(folder)
    if told["salt"] != pseudonym(salt, "Mark"):
        raise ValueError(f"{SALT_VARIABLE}: expected the salt of ingest, found another")
    return {digest: (name, far) for digest, (name, far) in told["known"].items()}, salt


def _write_private(path: Path, text: str, replace: bool) -> None:
    """Write a file of mode 600 whole; without `replace`, the first of two that race wins."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as stream:
            stream.write(text)
        if replace:
            Path(name).replace(path)
        elif not path.exists():
            _put(Path(name), path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink(missing_ok=True)


def _put(source: Path, path: Path) -> None:
    """Let a file appear whole under a name that is free, also on a disk without hard links.

    Raises
    ------
    FileExistsError
        Another was there first.
    """
    try:
        os.link(source, path)
    except FileExistsError:
        raise
    except OSError:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(source.read_bytes())
