"""The inverse of the normal distribution: Wichura's AS 241 (1988), to sixteen digits.

Nothing but sums, products, quotients and roots, which every processor rounds in the same way: the same bytes
everywhere, here and in the compiled twin, which takes the formulas of this module as they stand.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Bits = NDArray[np.uint64]

BITS = 52
"""A uniform is (k + 1/2) / 2**52, k a whole number of so many bits."""

MIDDLE = 2.0 ** (BITS - 1) - 0.5
SCALE = 2.0**-BITS

INNER = 0.425
"""So far from one half a uniform is in the middle part."""

FAR = 5.0
"""Beyond this root of the logarithm, once in thirty billion draws, the outermost formula holds."""

_BLOCK = 8_192
"""Numbers at a time, so that what is between stays in the processor's cache."""

# bits of floats, for logarithms: exponents are counted from the root of one half
ROOT_HALF, ONE, FRACTION = 0x3FE6A09E00000000, 0x3FF0000000000000, 0x000FFFFFFFFFFFFF
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10

# coefficients of the three parts, highest power first
_ABOVE_INNER = (
    2.5090809287301226727e3,
    3.3430575583588128105e4,
    6.7265770927008700853e4,
    4.5921953931549871457e4,
    1.3731693765509461125e4,
    1.9715909503065514427e3,
    1.3314166789178437745e2,
    3.3871328727963666080e0,
)
_BELOW_INNER = (
    5.2264952788528545610e3,
    2.8729085735721942674e4,
    3.9307895800092710610e4,
    2.1213794301586595867e4,
    5.3941960214247511077e3,
    6.8718700749205790830e2,
    4.2313330701600911252e1,
    1.0,
)
_ABOVE_OUTER = (
    7.74545014278341407640e-4,
    2.27238449892691845833e-2,
    2.41780725177450611770e-1,
    1.27045825245236838258e0,
    3.64784832476320460504e0,
    5.76949722146069140550e0,
    4.63033784615654529590e0,
    1.42343711074968357734e0,
)
_BELOW_OUTER = (
    1.05075007164441684324e-9,
    5.47593808499534494600e-4,
    1.51986665636164571966e-2,
    1.48103976427480074590e-1,
    6.89767334985100004550e-1,
    1.67638483018380384940e0,
    2.05319162663775882187e0,
    1.0,
)
_ABOVE_OUTERMOST = (
    2.01033439929228813265e-7,
    2.71155556874348757815e-5,
    1.24266094738807843860e-3,
    2.65321895265761230930e-2,
    2.96560571828504891230e-1,
    1.78482653991729133580e0,
    5.46378491116411436990e0,
    6.65790464350110377720e0,
)
_BELOW_OUTERMOST = (
    2.04426310338993978564e-15,
    1.42151175831644588870e-7,
    1.84631831751005468180e-5,
    7.86869131145613259100e-4,
    1.48753612908506148525e-2,
    1.36929880922735805310e-1,
    5.99832206555887937690e-1,
    1.0,
)


def to_normals(whole: Bits) -> Real:
    """Standard normals of whole numbers below 2**52, of the same shape; mirrored numbers give mirrored normals."""
    found = np.empty(whole.shape)
    flat, numbers = found.reshape(-1), np.ascontiguousarray(whole).reshape(-1)
    for start in range(0, flat.size, _BLOCK):
        off = numbers[start : start + _BLOCK].astype(np.float64)
        off -= MIDDLE
        off *= SCALE
        flat[start : start + _BLOCK] = _normals(off)
    return found


def _normals(off: Real) -> Real:
    """Of uniforms less one half."""
    found = inner(off)
    outside = np.flatnonzero(np.abs(off) > INNER)
    if outside.size:
        off = off[outside]
        shifted = (0.5 - np.abs(off)).view(np.int64) + (ONE - ROOT_HALF)
        mantissa = ((shifted & FRACTION) + ROOT_HALF).view(np.float64)
        root = np.sqrt(-logarithm(mantissa - 1.0, (shifted >> BITS) - 1023.0))
        size = outer(root)
        if root.max() > FAR:
            size = np.where(root > FAR, outermost(root), size)
        found[outside] = np.copysign(size, off)
    return np.asarray(found)


def polynomial(coefficients: tuple[float, ...], r: Any) -> Any:
    """By Horner's scheme, eight coefficients."""
    value = coefficients[0] * r
    value += coefficients[1]
    for k in range(2, 8):
        value *= r
        value += coefficients[k]
    return value


def inner(off: Any) -> Any:
    """The normal of a uniform that is ``off`` one half by at most 0.425."""
    r = 0.180625 - off * off
    ratio = polynomial(_ABOVE_INNER, r)
    ratio /= polynomial(_BELOW_INNER, r)
    ratio *= off
    return ratio


def outer(root: Any) -> Any:
    """The size of a normal whose tail has −ln p = ``root`` squared, up to ``FAR``."""
    r = root - 1.6
    return polynomial(_ABOVE_OUTER, r) / polynomial(_BELOW_OUTER, r)


def outermost(root: Any) -> Any:
    """The same beyond ``FAR``."""
    r = root - 5.0
    return polynomial(_ABOVE_OUTERMOST, r) / polynomial(_BELOW_OUTERMOST, r)


def logarithm(fraction: Any, exponent: Any) -> Any:
    """ln((1 + ``fraction``) 2**``exponent``), 1 + fraction from the root of one half to that of two: the series of
    Sun's fdlibm."""
    s = fraction / (2.0 + fraction)
    z = s * s
    w = z * z
    even = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332))
    odd = w * (0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591))
    series = even + z * (0.6666666666666735130 + odd)
    half = 0.5 * fraction * fraction
    return s * (half + series) + exponent * _LN2_LOW - half + fraction + exponent * _LN2_HIGH
