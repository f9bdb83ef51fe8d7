"""The colors of every page: words and edges stand out, in light and in dark, by the formula of WCAG."""

import re
from pathlib import Path

import pytest

STYLES = (Path(__file__).parent.parent / "app" / "static" / "previsit.css").read_text()
LIGHT, DARK = (dict(re.findall(r"--([a-z-]+):(#[0-9a-f]+)", block)) for block in STYLES.splitlines()[1:3])


def brightness(color: str) -> float:
    digits = color.removeprefix("#")
    whole = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(whole[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((brightness(one), brightness(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_edges_stand_out(palette: dict[str, str]) -> None:
    for ground in ("paper", "wash"):
        for words in ("ink", "muted", "accent", "deep", "error", "warn", "good"):
            assert contrast(palette[words], palette[ground]) >= 4.5, (words, ground)
        assert contrast(palette["line"], palette[ground]) >= 3, ground
    assert contrast(palette["on-accent"], palette["accent"]) >= 4.5
    assert contrast(palette["on-accent"], palette["deep"]) >= 4.5


def test_the_ring_of_the_focus_stands_out_from_every_ground() -> None:
    """A yellow ring with an edge around it: one of the two stands out, whatever it lies on."""
    for palette in (LIGHT, DARK):
        whole = {**LIGHT, **palette}
        for ground in ("paper", "wash", "accent"):
            seen = max(contrast(whole["focus"], whole[ground]), contrast(whole["edge"], whole[ground]))
            assert seen >= 3, ground
