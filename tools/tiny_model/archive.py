"""Write a ``.nemo`` archive that is small, reproducible and names no path of the machine."""  # noqa: INP001

import gzip
import io
import re
import tarfile
from pathlib import Path

# NeMo names an artifact "<uuid>_tokenizer.model", another uuid for each save.
_ARTIFACT_PREFIX = re.compile(r"\b[0-9a-f]{32}_(?=[\w.]+)")
_TOKENIZER_FOLDER = re.compile(r"^( +dir:) .*$", re.MULTILINE)


def pack(saved: Path, output: Path) -> None:
    """Rewrite the archive NeMo saved as a gzipped one, the same bytes for the same model.

    NeMo's ``restore_from`` reads a gzipped archive directly.
    """
    members: dict[str, bytes] = {}
    with tarfile.open(saved) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None:
                name = _ARTIFACT_PREFIX.sub("", Path(member.name).name)
                members[name] = content.read()
    config = _ARTIFACT_PREFIX.sub("", members["model_config.yaml"].decode())
    members["model_config.yaml"] = _TOKENIZER_FOLDER.sub(r"\1 null", config).encode()

    with (
        output.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=9, fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for name in sorted(members):
            entry = tarfile.TarInfo(f"./{name}")
            entry.size = len(members[name])
            archive.addfile(entry, io.BytesIO(members[name]))
