"""Making a page look scanned: gray, slightly turned, slightly noisy, without text."""

from __future__ import annotations

import io

import numpy as np
import pymupdf
from PIL import Image

_DPI = 120
_ANGLE = 0.45
_NOISE = 9
_QUALITY = 45


def scanned(page: pymupdf.Page) -> bytes:
    """A JPEG of the page as a cheap scanner gives it; integer noise keeps it reproducible."""
    pixmap = page.get_pixmap(dpi=_DPI, colorspace=pymupdf.csGRAY, alpha=False)
    image = Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)
    image = image.rotate(_ANGLE, resample=Image.Resampling.BILINEAR, fillcolor=250)
    grain = np.random.default_rng(7).integers(-_NOISE, _NOISE + 1, (image.height, image.width))
    paper = np.clip(np.asarray(image, dtype=np.int64) - 10 + grain, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(paper).save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
