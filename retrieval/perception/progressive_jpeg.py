"""A progressive JPEG at an eighth of its size, read from its coarsest scans alone, so that its size hardly matters.

Libraries keep every coefficient of a progressive JPEG before they make any of it smaller, at an eighth as well (libjpeg two bytes a sample,
1.6 GB for 200 megapixels in CMYK). But the first coefficient of each 8 x 8 block, its mean, comes in scans of its own: those are read here, two
bytes a block, and all others are passed over. Of the formats of ITU T.81 it knows the progressive one in Huffman coding; arithmetic coding is refused.
"""

from __future__ import annotations

import functools
import math
import mmap
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

Blocks = NDArray[np.int16]
"""(rows, columns): the first coefficient of each block of one component, not yet times its quantisation step."""

MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
"""The next marker but those that stand within coded data (B.1.1.2): a stuffed 255 and the restart markers."""
PROGRESSIVE, TABLES, END, SCAN, RESTARTS = 0xC2, 0xC4, 0xD9, 0xDA, 0xDD
FRAMES = frozenset(range(0xC0, 0xD0)) - {TABLES, 0xC8, 0xCC}
ALONE = frozenset({0x01, 0xD8})
"""Markers that nothing belongs to."""
CODE_BITS = 16
"""The longest Huffman code."""
NO_TABLE = np.zeros(1 << CODE_BITS, np.uint16)
"""A table in which no code is known."""


@dataclass(frozen=True, kw_only=True)
class Component:
    """One of the picture's one, three or four parts: how finely it is sampled, its quantisation step, how many blocks it has."""

    across: int
    down: int
    step: int
    rows: int
    columns: int


def eighth(path: Path, header: Any) -> Image:
    """The picture, a side an eighth (rounded up), as L, RGB or CMYK; not turned.

    Args:
        path: the file.
        header: the same file as Pillow's JPEG reader has opened it, not loaded.

    Raises:
        ValueError: the file is cut off, broken, or of another kind (with the reason).
    """
    components = _components(header)
    with path.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    scans = Scans([component_id for component_id, *_ in header.layer], components)
    for marker, start, end in _segments(content):
        scans.add(marker, content, start, end)
    small = (math.ceil(header.width / 8), math.ceil(header.height / 8))
    planes = [
        _plane(found, component.step).resize(small) for found, component in zip(scans.whole(), components, strict=True)
    ]
    return _coloured(planes, header)


def _components(header: Any) -> list[Component]:
    """By A.1.1 and A.2.2: each has its share of the largest sampling factor, rounded up, in blocks of eight."""
    layers: list[tuple[int, int, int, int]] = header.layer
    if not all(1 <= factor <= 4 for _, *factors, _ in layers for factor in factors):
        raise ValueError("sampling factors out of range")
    most_across, most_down = max(across for _, across, _, _ in layers), max(down for _, _, down, _ in layers)
    return [
        Component(
            across=across,
            down=down,
            step=header.quantization[table][0],
            rows=math.ceil(math.ceil(header.height * down / most_down) / 8),
            columns=math.ceil(math.ceil(header.width * across / most_across) / 8),
        )
        for _, across, down, table in layers
    ]


def _segments(content: mmap.mmap) -> Iterator[tuple[int, int, int]]:
    """Markers to the end of the picture, with where what belongs to each starts and ends; the coded data of a scan comes after its end."""
    position = 0
    while (found := MARKER.search(content, position)) is not None:
        marker, position = content[found.end() - 1], found.end()
        if marker == END:
            return
        if marker not in ALONE:
            start, position = position + 2, position + int.from_bytes(content[position : position + 2])
            yield marker, start, position
    raise ValueError("it is cut off")


def _tables(content: bytes) -> Iterator[tuple[int, NDArray[np.uint16]]]:
    """The tables for first coefficients (B.2.4.2), each as 256 times the length, and the value, of the code that any 16 bits begin with (C.2)."""
    while content:
        kind, counts = content[0], content[1 : 1 + CODE_BITS]
        values = content[1 + CODE_BITS : 1 + CODE_BITS + sum(counts)]
        content = content[1 + CODE_BITS + sum(counts) :]
        if kind >= CODE_BITS:  # of the other coefficients
            continue
        table = NO_TABLE.copy()
        start, remaining = 0, iter(values)
        for length, count in enumerate(counts, 1):
            for _, value in zip(range(count), remaining, strict=False):  # in this order: the other would lose a value
                table[start : start + (1 << CODE_BITS - length)] = length << 8 | min(value, CODE_BITS)
                start += 1 << CODE_BITS - length
        yield kind, table


class Scans:
    """The first coefficients of every component, as far as they have been read."""

    def __init__(self, ids: Sequence[int], components: Sequence[Component]) -> None:
        """Nothing has been read; `ids` are what the scans call the components."""
        self._ids, self._components = list(ids), components
        self._blocks: dict[int, Blocks] = {}
        self._bits_to_come: dict[int, int] = {}
        self._tables: dict[int, NDArray[np.uint16]] = {}
        self._restart_every = 0

    def whole(self) -> list[Blocks]:
        """Those of each component. Raises ValueError where some are missing."""
        if len(self._blocks) < len(self._ids) or any(self._bits_to_come.values()):
            raise ValueError("some of its scans are missing")
        return [self._blocks[number] for number in range(len(self._ids))]

    def add(self, marker: int, content: mmap.mmap, start: int, end: int) -> None:
        """Takes in what belongs to a marker."""
        if marker in FRAMES and marker != PROGRESSIVE:
            raise ValueError("a progressive JPEG in arithmetic coding")
        if marker == TABLES:
            self._tables.update(_tables(content[start:end]))
        elif marker == RESTARTS:
            self._restart_every = int.from_bytes(content[start : start + 2])
        elif marker == SCAN and content[end - 3] == 0:  # it begins with the first coefficient
            self._add_scan(content, start, end)

    def _add_scan(self, content: mmap.mmap, start: int, end: int) -> None:
        """All but the last bits of first coefficients, or one more bit of each (G.1.2.1)."""
        named, chosen = content[start + 1 : end - 3 : 2], content[start + 2 : end - 3 : 2]
        numbers = [self._ids.index(component_id) for component_id in named]
        if not numbers or len(set(numbers)) < len(numbers):
            raise ValueError("a scan of no component, or of one twice")
        before, left = divmod(content[end - 1], 16)
        if any(self._bits_to_come.get(number, 0) != before for number in numbers) or (before and left != before - 1):
            raise ValueError("its scans are out of order")
        following = MARKER.search(content, end)
        coded = np.frombuffer(content, np.uint8)[end : following.start() if following else None]
        rows, columns, sizes = _units([self._components[number] for number in numbers])
        of_unit = np.repeat(np.arange(len(sizes)), [across * down for across, down in sizes])
        tables = np.stack([self._tables.get(tables >> 4, NO_TABLE) for tables in chosen])
        found = np.zeros((rows * columns, len(of_unit)), np.int16)
        if not _reader()(coded, tables, of_unit, self._restart_every, before > 0, found):
            raise ValueError("its coded data are cut off or broken")
        for place, (number, (across, down)) in enumerate(zip(numbers, sizes, strict=True)):
            units = found[:, of_unit == place].reshape(rows, columns, down, across)
            plane = units.transpose(0, 2, 1, 3).reshape(rows * down, columns * across)
            plane = plane[: self._components[number].rows, : self._components[number].columns] << left
            self._blocks[number] = self._blocks[number] | plane if before else plane
            self._bits_to_come[number] = left


def _units(components: Sequence[Component]) -> tuple[int, int, list[tuple[int, int]]]:
    """How a scan's blocks follow each other (A.2.3): rows and columns of units, and each component's blocks across and down in one of them."""
    one = components[0]
    if len(components) == 1:
        return one.rows, one.columns, [(1, 1)]
    sizes = [(component.across, component.down) for component in components]
    return math.ceil(one.rows / one.down), math.ceil(one.columns / one.across), sizes


def _read_coded(
    coded: NDArray[np.uint8],
    tables: NDArray[np.uint16],
    of_unit: NDArray[np.int64],
    restart_every: int,
    refining: bool,
    found: Blocks,
) -> bool:
    """Whether the coded data of a scan hold all blocks; they are written into `found`, (units, blocks of a unit).

    With `refining` a block has one bit. Else it has a code of its component's table, which says how many bits follow it, and those are the
    difference to the block before it of the same component (F.1.2.1). Plain loops over numbers: it is compiled.
    """
    position, held, bits, invented = 0, 0, 0, 0
    last = np.zeros(len(tables), np.int64)
    for unit in range(len(found)):
        if restart_every > 0 and unit > 0 and unit % restart_every == 0:
            while position + 1 < len(coded) and not (coded[position] == 0xFF and 0xD0 <= coded[position + 1] <= 0xD7):
                position += 1
            position += 2
            held, bits, invented = 0, 0, 0
            last[:] = 0
        for block in range(len(of_unit)):
            while held < 32:
                byte = int(coded[position]) if position < len(coded) else 0xFF
                stuffed = position + 1 < len(coded) and coded[position + 1] == 0
                if byte == 0xFF and not stuffed:  # the next restart, or the end
                    byte = 0
                    invented += 8
                else:
                    position += 2 if byte == 0xFF else 1
                bits = (bits << 8 | byte) & 0xFFFFFFFFFF
                held += 8
            if refining:
                held -= 1
                found[unit, block] = bits >> held & 1
            else:
                component = of_unit[block]
                code = int(tables[component, bits >> (held - 16) & 0xFFFF])
                size = code & 0xFF
                if code == 0 or size > 15:
                    return False
                held -= (code >> 8) + size
                difference = bits >> held & ((1 << size) - 1)
                if size > 0 and difference < 1 << (size - 1):
                    difference -= (1 << size) - 1
                last[component] += difference
                found[unit, block] = last[component]
            if held < invented:
                return False
    return True


@functools.cache
def _reader() -> Callable[..., bool]:
    import numba

    compiled: Callable[..., bool] = numba.njit(nogil=True)(_read_coded)
    return compiled


def _plane(blocks: Blocks, step: int) -> Image:
    """The means of the blocks: an eighth of the first coefficient (A.3.3), from 128 on."""
    from PIL import Image

    means = (blocks.astype(np.int32) * step + 4 >> 3) + 128
    return Image.fromarray(np.clip(means, 0, 255).astype(np.uint8))


def _coloured(planes: Sequence[Image], header: Any) -> Image:
    """As libjpeg takes the colours, which are not said plainly: YCbCr, unless Adobe's note or the components' names say RGB.

    Four components are inks, all of them inverted, as Adobe writes and Pillow reads them.
    """
    from PIL import Image, ImageChops

    transform = header.info.get("adobe_transform")
    if len(planes) == 1:
        return planes[0]
    if len(planes) == 4:
        inks = [ImageChops.invert(plane) for plane in planes]
        return Image.merge("CMYK", [*_rgb(planes), inks[3]] if transform else inks)
    named_rgb = [component_id for component_id, *_ in header.layer] == list(b"RGB")
    plainly_rgb = named_rgb if transform is None else transform == 0
    return Image.merge("RGB", planes if plainly_rgb and "jfif" not in header.info else _rgb(planes))


def _rgb(planes: Sequence[Image]) -> Sequence[Image]:
    from PIL import Image

    return Image.merge("YCbCr", planes[:3]).convert("RGB").split()
