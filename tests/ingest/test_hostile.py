"""Files made to hurt: each is left out with a reason, within a bounded time and memory, and the next file is read."""

import io
import multiprocessing
import os
import re
import struct
import tarfile
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from ingest_runs import paths, run
from nm_files import body, save, whole_body
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless, RLELossless

from bonescan.ingest import archive, views, workers
from bonescan.ingest.refusal import Refusal
from bonescan.ingest.workers import ordered_map


def prefix(**changes):
    """The bytes of a whole-body file up to its pixels."""
    dataset = whole_body(**changes)
    del dataset.PixelData
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def compressed(syntax, payload):
    dataset = whole_body(pixels=body()[None])
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([payload])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def larger(syntax, at, old, new):
    """A compressed file whose inner header claims another size than the outer one."""
    dataset = whole_body(pixels=body()[None])
    dataset.compress(syntax)
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    data = stream.getvalue()
    start = data.rindex(at)
    found = data.index(old, start)
    return data[:found] + new + data[found + len(old) :]


def deflate_bomb():
    dataset = whole_body()
    del dataset.PixelData
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    data = stream.getvalue()
    deflater = zlib.compressobj(9, wbits=-15)
    pixels = b"".join(deflater.compress(bytes(2**20)) for _ in range(80)) + deflater.flush()
    body_length = len(data) - (132 + 12 + struct.unpack("<I", data[140:144])[0])
    return data[:-body_length] + pixels


def nested(depth):
    return prefix() + b"\x40\x00\x75\x02SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff" * depth


def many_elements(number):
    elements = b"".join(struct.pack("<HH2sHH", 0x0065 + 2 * (n >> 16), n & 0xFFFF, b"US", 2, 1) for n in range(number))
    return prefix() + elements


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(rows, columns, extra=b""):
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 16, 0, 0, 0, 0))
    lines = zlib.compress(bytes(min(rows * (2 * columns + 1), 2**24)))
    return b"\x89PNG\r\n\x1a\n" + header + extra + png_chunk(b"IDAT", lines) + png_chunk(b"IEND", b"")


def tiff(rows, columns, loop=False):
    tags = [(256, 4, columns), (257, 4, rows), (258, 3, 16), (259, 3, 1), (262, 3, 1), (273, 4, 8), (278, 4, rows)]
    tags += [(277, 3, 1), (279, 4, 2**31)]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in sorted(tags))
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", 8 if loop else 0)


HOSTILE = {
    "huge_ant.dcm": (lambda: prefix(Rows=65535, Columns=65535) + b"\xe0\x7f\x10\0OW\0\0\0\0\0\0", "Rows x Columns"),
    "frames_ant.dcm": (lambda: prefix(NumberOfFrames=2**31 - 1) + b"\xe0\x7f\x10\0OW\0\0\0\0\0\0", "Number of Frames"),
    "length_ant.dcm": (
        lambda: prefix() + b"\xe0\x7f\x10\0OW\0\0\xf0\xff\xff\xff" + bytes(100),
        "truncated|no Pixel Data",
    ),
    "deflate_ant.dcm": (deflate_bomb, "deflated, and more than 64 MiB"),
    "nested_ant.dcm": (lambda: nested(100_000), "unreadable|no Pixel Data"),
    "elements_ant.dcm": (lambda: many_elements(1_500_000), "more than 5 seconds|more memory|no Pixel Data"),
    "j2k_ant.dcm": (
        lambda: larger(JPEG2000Lossless, b"\xff\x4f\xff\x51", struct.pack(">II", 256, 1024), b"\0\0\xff\xff" * 2),
        "cannot be decoded|more memory|decoded to",
    ),
    "jls_ant.dcm": (
        lambda: larger(JPEGLSLossless, b"\xff\xd8\xff", struct.pack(">HH", 1024, 256), b"\xff\xff\xff\xff"),
        "cannot be decoded|more memory|decoded to",
    ),
    "jpeg_ant.dcm": (
        lambda: compressed(
            JPEGLosslessSV1,
            b"\xff\xd8\xff\xc3\0\x0b\x10\xff\xff\xff\xff\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\x01\0\0\0\xff\xd9",
        ),
        "cannot be decoded|more memory|decoded to",
    ),
    "rle_ant.dcm": (lambda: compressed(RLELossless, bytes([2] + [0] * 63) + b"\x81\0" * 2**20), "cannot be decoded"),
    "bomb_ant.png": (lambda: png(60000, 60000), "more than can be|more pixels than can be"),
    "text_ant.png": (
        lambda: png(1024, 256, png_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(2**26)))),
        "cannot be decoded|empty picture",
    ),
    "bomb_ant.tif": (lambda: tiff(60000, 60000), "more than can be|more pixels than can be"),
    "torn_ant.tif": (lambda: tiff(1024, 256), "cannot be decoded"),
    "torn_ant.jpg": (lambda: b"\xff\xd8\xff\xe0" + bytes(50), "cannot be decoded"),
    "empty_ant.dcm": (lambda: b"", "an empty file"),
    "archive_ant.dcm": (lambda: tarfile.TarInfo("a").tobuf(), "not a DICOM file"),
}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_left_out_and_the_next_is_read(folder, tmp_path, monkeypatch, name):
    if name.startswith("elements"):  # either of its limits may strike first, on a fast machine none
        monkeypatch.setattr(views, "SECONDS", 5)
    monkeypatch.setattr(views, "BYTES", 2**29)
    make, reason = HOSTILE[name]
    (folder / name).write_bytes(make())
    save(whole_body(pixels=body()[None]), folder / "z_ant.dcm")
    rows = "".join(f"{file}\tP1\t{exam}\n" for exam, file in enumerate((name, "z_ant.dcm")))
    (folder / "sheet.tsv").write_text("path\tpatient\texam\n" + rows)
    _, table, rejected = run("sheet", folder / "sheet.tsv", tmp_path)
    assert len(table) == len(rejected) == 1
    assert re.search(reason, rejected["reason"][0]), rejected["reason"][0]


def test_links_pipes_and_huge_files(folder, tmp_path):
    save(whole_body(pixels=body()[None]), folder / "z_ant.dcm")
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "up").symlink_to(tmp_path)
    (folder / "passwd").symlink_to("/etc/passwd")
    (folder / "gone").symlink_to("/nowhere")
    os.mkfifo(folder / "pipe")
    with open(folder / "sparse_ant.dcm", "wb") as stream:
        stream.truncate(2**40)
    (folder / ("n" * 200 + "_ant.dcm")).write_bytes(b"x")
    _, table, rejected = run("folder", folder, tmp_path)
    assert len(table) == 1
    found = paths(rejected)
    assert found["loop"] == found["pipe"] == "no such file"
    assert found["up"] == found["passwd"] == found["gone"] == "outside the cohort's folder"
    assert found["sparse_ant.dcm"] == "more than the 64 MiB of a whole-body file"


def directory(*listed):
    dataset = Dataset()
    dataset.SOPClassUID = "1.2.840.10008.1.3.10"
    dataset.DirectoryRecordSequence = []
    for parts in listed:
        record = Dataset()
        record.DirectoryRecordType = "IMAGE"
        record.ReferencedFileID = parts
        dataset.DirectoryRecordSequence.append(record)
    dataset.file_meta = whole_body().file_meta
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = "1.2.3"
    return dataset


def test_a_dicomdir_decides_and_cannot_lead_out(folder, tmp_path):
    (folder / "disc" / "im").mkdir(parents=True)
    for number, name in enumerate(("a_ant", "b_post", "c_ant")):
        save(whole_body(pixels=body(number)[None]), folder / "disc" / "im" / name)
    (tmp_path / "outside_ant.dcm").write_bytes((folder / "disc" / "im" / "c_ant").read_bytes())
    listed = [["IM", "B_POST"], ["im", "a_ant"], ["..", "..", "outside_ant.dcm"], ["", "etc", "passwd"], ["im", "gone"]]
    save(directory(*listed), folder / "disc" / "DICOMDIR")
    save(whole_body(pixels=body(7)[None], StudyInstanceUID="1.7"), folder / "loose_ant.dcm")
    _, table, rejected = run("folder", folder, tmp_path)
    assert list(table["view"]) == ["posterior", "anterior", "anterior"]
    assert paths(rejected) == {
        "disc/../../outside_ant.dcm": "the path climbs with ..",
        "disc//etc/passwd": "no such file",
        "disc/im/gone": "no such file",
        "disc/DICOMDIR": "a DICOMDIR",
        "disc/im/c_ant": "not listed in the DICOMDIR of its folder",
    }


def test_a_broken_dicomdir_is_named_and_its_folder_searched(folder, tmp_path):
    (folder / "DICOMDIR").write_bytes(b"no directory")
    save(whole_body(pixels=body()[None]), folder / "a_ant.dcm")
    _, table, rejected = run("folder", folder, tmp_path)
    assert len(table) == 1
    assert paths(rejected) == {"DICOMDIR": "not a DICOM file"}


def test_workers_survive_crashes_endless_loops_and_greed():
    def work(task):
        if task == "crash":
            os.abort()
        if task == "endless":
            time.sleep(60)
        if task == "greedy":
            return len(bytearray(2**33))
        if task == "wrong":
            raise ValueError("a message that quotes a patient")
        return task

    tasks = ["a", "crash", "b", "endless", "greedy", "wrong", "c"]
    results = list(ordered_map(work, tasks, processes=2, seconds=1, memory=2**28))
    refused = [isinstance(result, Refusal) for result in results]
    assert refused == [False, True, False, True, True, True, False]
    assert list(map(str, results)) == [
        "a",
        "its decoder crashed",
        "b",
        "reading it took more than 1 seconds",
        "it needs more memory than any whole-body file",
        "unreadable (ValueError)",
        "c",
    ]
    assert list(ordered_map(work, [], processes=2)) == []


def test_workers_end_with_a_killed_parent(monkeypatch):
    monkeypatch.setattr(workers, "ORPHANED", 0.1)
    reader, writer = multiprocessing.Pipe(duplex=False)

    def parent():
        for child in ordered_map(lambda task: os.getpid(), range(2), processes=1):
            writer.send(child)
            time.sleep(60)

    process = multiprocessing.get_context("fork").Process(target=parent)
    process.start()
    child = reader.recv()
    process.kill()
    process.join()
    for _ in range(200):
        stat = Path(f"/proc/{child}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.1)
    pytest.fail("an orphan lives on")


def test_workers_do_not_run_ahead_of_the_reader():
    taken = []

    def tasks():
        for number in range(1000):
            taken.append(number)
            yield number

    results = ordered_map(lambda task: np.zeros(1000), tasks(), processes=2)
    next(results)
    time.sleep(0.1)
    assert len(taken) <= 2 * 4 + 2
    results.close()


def test_names_out_of_the_folder(tmp_path):
    (tmp_path / "folder").mkdir()
    for path in ("", "folder", "a\0b", "../x", "/etc/passwd", "n" * 5000):
        with pytest.raises(Refusal):
            archive.locate(tmp_path / "folder", path)
