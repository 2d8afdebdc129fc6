"""Pictures of samples for people: a contact sheet, or an HTML page that needs nothing else."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from ..drawing import contact_sheet, overlay
from ..types import Sample

WIDTH = 640
"""Pixels of a picture's longest side on the page."""

PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 15px/1.4 system-ui, sans-serif; margin: 0 auto; max-width: 1500px; padding: 1rem }}
body {{ background: #fbfaf7; color: #1d2129 }}
header {{ display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap }}
input {{ font: inherit; padding: .4rem .6rem; width: 22rem; max-width: 100% }}
main {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 1rem; margin-top: 1rem }}
figure {{ margin: 0; background: white; border-radius: 8px; overflow: hidden; box-shadow: 0 1px 4px #0002 }}
img {{ width: 100%; display: block }}
figcaption {{ padding: .6rem .8rem }}
small {{ color: #5b6270; display: block; overflow-wrap: anywhere }}
</style>
<header>
<h1>{title}</h1>
<label>Search <input id="find" type="search" placeholder="words of an expression, a tag, an id"></label>
<span id="count"></span>
</header>
<main>
{figures}
</main>
<script>
const all = [...document.querySelectorAll("figure")], find = document.getElementById("find");
function filter() {{
  const words = find.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const figure of all) {{
    const text = figure.textContent.toLowerCase();
    figure.hidden = !words.every(word => text.includes(word));
    shown += !figure.hidden;
  }}
  document.getElementById("count").textContent = shown + " of " + all.length;
}}
find.addEventListener("input", filter);
filter();
</script>
</html>
"""

FIGURE = """\
<figure><img loading="lazy" alt="{prompt}" src="data:image/jpeg;base64,{data}">
<figcaption>{prompt}<small>{facts}</small></figcaption></figure>"""


@dataclass(frozen=True)
class Picture:
    """A sample, drawn."""

    image: Image.Image
    prompt: str
    facts: str
    """Its split, id, targets and tags in one line."""


def draw(sample: Sample, where: str) -> Picture:
    """Mask and box over the photo; several boxes are left to the mask's outline."""
    box = sample.boxes[0] if len(sample.boxes) == 1 else None
    count = len(sample.boxes)
    targets = "no target" if count == 0 else "1 target" if count == 1 else f"{count} targets"
    tags = [f"{key}: {value}" for key, value in sample.tags.items()]
    thought = [sample.thought] if sample.thought else []
    facts = " · ".join([where, sample.id, targets, f"{sample.mask.mean():.1%} of the image", *tags, *thought])
    return Picture(overlay(sample.image, sample.mask, box), sample.prompt, facts)


def sheet(pictures: Sequence[Picture], columns: int) -> bytes:
    """A PNG of all pictures, their expressions below them."""
    small = [_shrunk(picture.image) for picture in pictures]
    buffer = io.BytesIO()
    contact_sheet(small, columns, [picture.prompt for picture in pictures]).save(buffer, format="PNG")
    return buffer.getvalue()


def page(pictures: Sequence[Picture], title: str) -> bytes:
    """One HTML file with everything in it, and a search field."""
    figures = []
    for picture in pictures:
        buffer = io.BytesIO()
        _shrunk(picture.image).save(buffer, format="JPEG", quality=85)
        data = base64.b64encode(buffer.getvalue()).decode()
        figures.append(FIGURE.format(prompt=html.escape(picture.prompt), facts=html.escape(picture.facts), data=data))
    return PAGE.format(title=html.escape(title), figures="\n".join(figures)).encode()


def _shrunk(image: Image.Image) -> Image.Image:
    image = image.copy()
    image.thumbnail((WIDTH, WIDTH))
    return image
