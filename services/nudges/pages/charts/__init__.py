"""Charts as SVG, made on the server and readable without a script.

Comes in: plain numbers with their texts. Goes out: shapes with coordinates, which `templates/chart.html` writes as SVG.
Promised: a chart holds no visible text, so that it can be stretched to any width. Colours come from the style sheet, and so
follow dark mode and print. The page puts a table with the same numbers behind each chart.
"""
