"""What a browser gets: one image with its name, without anything that the page's policy would refuse."""

from typing import Final
from xml.etree import ElementTree

from jinja2 import Environment, FileSystemLoader

from services.nudges.pages.charts.bars import Band, Column, ColumnStyle, draw_bars
from services.nudges.pages.charts.intervals import Estimate, draw_interval
from services.nudges.pages.rendering import FOLDER

SVG: Final = "{http://www.w3.org/2000/svg}"
EVIL: Final = '"><script>alert(1)</script>'
_TEMPLATE: Final = """
{%- from "chart.html" import bar_chart, interval_chart -%}
<svg xmlns="http://www.w3.org/2000/svg">
{{ bar_chart(bars, "scores", evil, "20 days") }}{{ interval_chart(interval, evil) }}
</svg>
"""


def test_a_chart_is_one_image_with_its_name_and_its_shapes() -> None:
    column = Column(value=50.0, style=ColumnStyle.SO_FAR, title=EVIL, mark=EVIL)
    templates = Environment(loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, trim_blocks=True)

    text = templates.from_string(_TEMPLATE).render(
        bars=draw_bars([column], line=100, band=Band(low=25, high=75), columns_min=1),
        interval=draw_interval(Estimate(points=1, low=0, high=2), reach=4),
        evil=EVIL,
    )

    bars, interval = ElementTree.fromstring(text)
    assert (bars.get("role"), bars.get("aria-labelledby")) == ("img", "scores-title scores-description")
    assert [(text.get("id"), text.text) for text in bars[:2]] == [("scores-title", EVIL), ("scores-description", "20 days")]
    assert [(shape.tag, shape.get("class"), shape.findtext(f"{SVG}title", "")) for shape in bars[2:]] == [
        (f"{SVG}rect", "band", ""),
        (f"{SVG}rect", "so-far", EVIL),
        (f"{SVG}line", "line", ""),
        (f"{SVG}line", "mark", EVIL),
    ]
    assert (interval.get("role"), interval.get("aria-label")) == ("img", EVIL)
    assert [shape.get("class") for shape in interval[1:]] == ["zero", "range", "dot"]
    assert not [shape.tag for shape in ElementTree.fromstring(text).iter() if "style" in shape.attrib]
