# SPDX-License-Identifier: Apache-2.0
"""The picture of all cases: its frame number as black and white cells, patches of known colours, one in each corner.

Everything is placed by fractions of the picture, so that scaling, cropping a row, or turning it leaves it readable. All
patches are given in R'G'B' and converted with the matrix and range that the file is tagged with.
"""

import numpy

COLUMNS, ROWS = 16, 12  # the grid of all positions
# name: (first column, first row, columns, rows), R'G'B' from 0 to 1
PATCHES = {
    "top left": ((0, 0, 3, 3), (0.75, 0.15, 0.15)),
    "top right": ((13, 0, 3, 3), (0.15, 0.65, 0.2)),
    "bottom left": ((0, 9, 3, 3), (0.2, 0.25, 0.8)),
    "bottom right": ((13, 9, 3, 3), (0.8, 0.75, 0.15)),
    "dark": ((4, 0, 4, 2), (0.15, 0.15, 0.15)),
    "light": ((8, 0, 4, 2), (0.85, 0.85, 0.85)),
    "skin": ((4, 10, 4, 2), (0.8, 0.6, 0.5)),
    "middle": ((8, 10, 4, 2), (0.5, 0.5, 0.5)),
}
BACKGROUND = (0.4, 0.4, 0.4)
CODE_ROWS = (4, 6)  # two rows of eight cells, each 2x2 of the grid
NUMBER_BITS, CHECK_BITS = 11, 5

# Kr, Kb of the matrix, by FFmpeg's name of it
MATRICES = {"bt709": (0.2126, 0.0722), "smpte170m": (0.299, 0.114), "bt470bg": (0.299, 0.114),
            "smpte240m": (0.212, 0.087), "bt2020nc": (0.2627, 0.0593), "fcc": (0.30, 0.11)}


def to_ycc(rgb, matrix, full, bits=8):
    """The three numbers that are stored: Y, Cb, Cr, or G, B, R where the matrix is "rgb"."""
    if matrix == "rgb":
        return tuple(v * 255 for v in (rgb[1], rgb[2], rgb[0]))
    red_share, blue_share = MATRICES[matrix]
    red, green, blue = rgb
    luma = red_share * red + (1 - red_share - blue_share) * green + blue_share * blue
    cb, cr = (blue - luma) / (2 - 2 * blue_share), (red - luma) / (2 - 2 * red_share)
    unit = 1 << (bits - 8)
    if full:
        peak = (1 << bits) - 1
        return luma * peak, cb * peak + 128 * unit, cr * peak + 128 * unit
    return (16 + 219 * luma) * unit, (128 + 224 * cb) * unit, (128 + 224 * cr) * unit


def to_rgb(ycc, matrix, full):
    """Inverse of to_ycc() for 8 bits; clipped to 0..1."""
    red_share, blue_share = MATRICES[matrix]
    luma, cb, cr = (float(v) for v in ycc)
    luma, scale = (luma / 255, 255) if full else ((luma - 16) / 219, 224)
    cb, cr = (cb - 128) / scale, (cr - 128) / scale
    red, blue = luma + cr * (2 - 2 * red_share), luma + cb * (2 - 2 * blue_share)
    green = (luma - red_share * red - blue_share * blue) / (1 - red_share - blue_share)
    return tuple(min(max(v, 0.0), 1.0) for v in (red, green, blue))


# The columns of an extended Hamming code: five bits of odd weight, so that any two numbers differ in four cells.
_COLUMNS = [7, 11, 13, 14, 19, 21, 22, 25, 26, 28, 31]


def _check(number):
    value = 0
    for bit, column in enumerate(_COLUMNS):
        value ^= column if number >> bit & 1 else 0
    return value


def cells(number):
    word = number << CHECK_BITS | _check(number)
    return [word >> (NUMBER_BITS + CHECK_BITS - 1 - i) & 1 for i in range(NUMBER_BITS + CHECK_BITS)]


class Painter:
    """Raw planar pictures of one size and kind; `chroma` is (2, 2) for 4:2:0, (2, 1) for 4:2:2, (1, 1) for 4:4:4.

    `turns`: the picture is stored turned left by so many quarters, for a player that turns it back; size and `chroma`
    are those of the upright picture.
    """

    def __init__(self, width, height, matrix="bt709", full=False, chroma=(2, 2), bits=8, turns=0):
        self.turns = turns
        self.black, self.white = ((0, 255) if full or matrix == "rgb" else (16, 235))
        self.coded_planes = 3 if matrix == "rgb" else 1
        self.black, self.white = self.black << (bits - 8), self.white << (bits - 8)
        self.kind = numpy.uint8 if bits == 8 else numpy.dtype("<u2")
        sizes = [(height, width)] + [(-(-height // chroma[1]), -(-width // chroma[0]))] * 2
        self.planes = [numpy.empty(size, self.kind) for size in sizes]
        for plane, value in zip(self.planes, to_ycc(BACKGROUND, matrix, full, bits)):
            plane[:] = round(value)
        for box, rgb in PATCHES.values():
            for plane, value in zip(self.planes, to_ycc(rgb, matrix, full, bits)):
                self._fill(plane, box, round(value))
        for plane in self.planes[self.coded_planes:]:
            self._fill(plane, (0, CODE_ROWS[0], COLUMNS, 4), 128 << (bits - 8))

    @staticmethod
    def _fill(plane, box, value):
        height, width = plane.shape
        left, top, columns, rows = box
        plane[round(top * height / ROWS):round((top + rows) * height / ROWS),
              round(left * width / COLUMNS):round((left + columns) * width / COLUMNS)] = value

    def frame(self, number):
        if not 0 <= number < 1 << NUMBER_BITS:
            raise ValueError("no room for that number")
        for i, bit in enumerate(cells(number)):
            for plane in self.planes[:self.coded_planes]:
                self._fill(plane, (2 * (i % 8), CODE_ROWS[i // 8], 2, 2), self.white if bit else self.black)
        return b"".join(numpy.rot90(plane, self.turns).tobytes() for plane in self.planes)


def _mean(plane, box, share):
    """Of the inner part of a box that `share` of its width and height is."""
    height, width = plane.shape
    left, top, columns, rows = box
    x, y = (left + columns / 2) * width / COLUMNS, (top + rows / 2) * height / ROWS
    half_x, half_y = columns * width / COLUMNS * share / 2, rows * height / ROWS * share / 2
    part = plane[max(round(y - half_y), 0):max(round(y + half_y), round(y - half_y) + 1),
                 max(round(x - half_x), 0):max(round(x + half_x), round(x - half_x) + 1)]
    return float(part.mean())


def read_number(luma):
    """The number of a picture (uint8[height, width]); None when the cells contradict each other."""
    values = [_mean(luma, (2 * (i % 8), CODE_ROWS[i // 8], 2, 2), 0.5) for i in range(NUMBER_BITS + CHECK_BITS)]
    word = 0
    for value in values:
        word = word << 1 | (value > 126)
    number = word >> CHECK_BITS
    return number if _check(number) == word & ((1 << CHECK_BITS) - 1) else None


def is_number(bits):
    """Are these sixteen cells those of a number?"""
    number = int("".join(str(bit) for bit in bits[:NUMBER_BITS]), 2)
    return cells(number) == list(bits)


def read_patches(planes):
    """(Y, Cb, Cr) of each patch, of an 8-bit picture given by its three planes."""
    return {name: tuple(_mean(plane, box, 0.5) for plane in planes) for name, (box, _) in PATCHES.items()}


def to_lab(rgb):
    """CIE L*a*b* (D65) of R'G'B' with BT.709's primaries; sRGB's curve is near enough for a distance."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055)**2.4 for v in rgb]
    xyz = numpy.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    x, y, z = (v**(1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz / numpy.array([0.9505, 1.0, 1.089]))
    return numpy.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(rgb, other):
    """ΔE (CIE 1976): 2.3 is just noticeable."""
    return float(numpy.linalg.norm(to_lab(rgb) - to_lab(other)))


def from_bt2020(rgb):
    """R'G'B' of BT.2020 as that of BT.709; values outside are clipped."""
    matrix = numpy.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
    linear = matrix @ numpy.array([v**2.4 for v in rgb])
    return tuple(float(min(max(v, 0.0), 1.0)) ** (1 / 2.4) for v in linear)
