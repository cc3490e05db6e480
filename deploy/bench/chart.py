"""Two kinds of charts as SVG: bars for rates that differ by powers of ten, a line for a course."""

from collections.abc import Iterable, Mapping
from html import escape
from math import log10

_WIDTH, _ROW, _LEFT, _TOP = 760, 26, 220, 40
_HEIGHT = 280
_INK, _BAR = "#333", "#3b6ea5"


def bars(title: str, values: Mapping[str, float]) -> str:
    """Draw one bar for each value, as long as its logarithm, with the value at its end."""
    lowest = min(log10(value) for value in values.values()) - 0.5
    span = max(log10(value) for value in values.values()) - lowest
    parts = []
    for number, (name, value) in enumerate(values.items()):
        y = _TOP + number * _ROW
        length = (log10(value) - lowest) / span * (_WIDTH - _LEFT - 90)
        parts += [
            _text(_LEFT - 8, y + 14, name, "end"),
            f'<rect x="{_LEFT}" y="{y}" width="{length:.1f}" height="18" fill="{_BAR}"/>',
            _text(_LEFT + length + 6, y + 14, f"{value:,.0f}", "start"),
        ]
    return _svg(title, _TOP + len(values) * _ROW + 8, parts)


def line(title: str, values: Mapping[str, float]) -> str:
    """Draw the course of values from left to right, over zero, first and last step named."""
    left, bottom, top = 80, _HEIGHT - 40, max(values.values())
    step = (_WIDTH - left - 60) / max(1, len(values) - 1)
    places = [
        (left + number * step, bottom - value / top * (bottom - _TOP - 10))
        for number, value in enumerate(values.values())
    ]
    names = list(values)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return _svg(
        title,
        _HEIGHT,
        [
            f'<path d="M{left},{_TOP}V{bottom}H{_WIDTH - 40}" fill="none" stroke="{_INK}"/>',
            f'<polyline points="{path}" fill="none" stroke="{_BAR}" stroke-width="2"/>',
            _text(left - 8, places[0][1], f"{values[names[0]]:,.4g}", "end"),
            _text(places[-1][0] - 4, places[-1][1] - 8, f"{values[names[-1]]:,.4g}", "end"),
            _text(left, bottom + 20, names[0], "start"),
            _text(places[-1][0], bottom + 20, names[-1], "end"),
            _text(left - 8, bottom, "0", "end"),
        ],
    )


def _svg(title: str, height: int, parts: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        f' font-family="sans-serif" font-size="13"><title>{escape(title)}</title>\n'
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>\n'
        f"{_text(16, 24, title, 'start')}\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{_INK}">{escape(text)}</text>'
    )
