"""Growth as a picture: pages that a call reads, and orders a second, over the number of orders that are there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from .growth import PAPER, Point, on_paper

SHOWN = {
    "create_order": "place an order",
    "receive_gateway_event": "apply a callback",
    "list_orders": "list own orders",
    "get_order": "an order",
    "list_all_orders": "staff: list all orders",
    "list_products": "list products",
    "get_product": "product page",
    "add_cart_item": "cart add",
}
COLOURS = ("#1f5eff", "#d1495b", "#00798c", "#7b2d8b", "#2e933c", "#b8720a", "#444b59", "#e26d9d")
INK, SOFT, GRID = "#16181d", "#5d6474", "#e4e7ec"
WIDTH, HEIGHT, LEFT, TOP, PLOT_W, PLOT_H = 860, 430, 64, 58, 520, 310


def draw(points: Sequence[Point]) -> str:
    """An SVG: one line a call, solid where it was measured, dashed where the line is drawn on."""
    names = [name for name in SHOWN if all(name in point.pages for point in points)]
    ends = {name: on_paper(points, name) for name in names}
    most = max([*ends.values(), *(p.pages[name] for p in points for name in names)])
    low, high = math.log10(points[0].orders), math.log10(PAPER)
    top = math.ceil(math.log10(most))

    def x(orders: float) -> float:
        return LEFT + (math.log10(orders) - low) / (high - low) * PLOT_W

    def y(pages: float) -> float:
        return TOP + PLOT_H - math.log10(max(pages, 1)) / top * PLOT_H

    def line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
        return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{more}/>'

    def write(x1: float, y1: float, said: str, colour: str = SOFT, more: str = "") -> str:
        return f'<text x="{x1:.1f}" y="{y1:.1f}" fill="{colour}"{more}>{escape(said)}</text>'

    right, bottom = LEFT + PLOT_W, TOP + PLOT_H
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        write(
            LEFT, 24, "Pages of 8 kB that a call reads, by orders in the shop", INK, ' font-size="15" font-weight="600"'
        ),
        write(LEFT, 42, "A dot was measured; dashed is the line drawn on by the logarithm"),
        write(LEFT + PLOT_W / 2, bottom + 40, "orders", INK, ' text-anchor="middle"'),
    ]
    for power in range(top + 1):
        out.append(line(LEFT, y(10**power), right, y(10**power), GRID))
        out.append(write(LEFT - 8, y(10**power) + 4, f"{10**power:,}", SOFT, ' text-anchor="end"'))
    for power in range(math.ceil(low), int(high) + 1):
        out.append(line(x(10**power), TOP, x(10**power), bottom, GRID))
        out.append(write(x(10**power), bottom + 18, f"{10**power:,}", SOFT, ' text-anchor="middle"'))

    labels = _apart({name: y(ends[name]) for name in names})
    last = points[-1]
    for name, colour in zip(names, COLOURS, strict=False):
        measured = " ".join(f"{x(p.orders):.1f},{y(p.pages[name]):.1f}" for p in points)
        out.append(f'<polyline points="{measured}" fill="none" stroke="{colour}" stroke-width="2"/>')
        dashed = ' stroke-width="2" stroke-dasharray="3 5"'
        out.append(line(x(last.orders), y(last.pages[name]), right, y(ends[name]), colour, dashed))
        out += [f'<circle cx="{x(p.orders):.1f}" cy="{y(p.pages[name]):.1f}" r="3.5" fill="{colour}"/>' for p in points]
        out.append(line(right, y(ends[name]), right + 12, labels[name], colour))
        said = f"{SHOWN[name]}: {points[0].pages[name]:,} → {last.pages[name]:,}"
        out.append(write(right + 16, labels[name] + 4, said, colour))
    return "\n".join([*out, "</svg>", ""])


def _apart(places: dict[str, float]) -> dict[str, float]:
    """The same order, no two labels closer than a line."""
    found: dict[str, float] = {}
    before = -math.inf
    for name, place in sorted(places.items(), key=lambda item: item[1]):
        before = max(place, before + 17)
        found[name] = before
    return found
