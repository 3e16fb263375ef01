"""Today, the page that a manager opens every morning, and its live updates.

Comes in: a manager's request. Goes out: what today asks of them, and a row for each rep of the teams that they manage; then,
for as long as the page is open, each row that a day report changes. Promised: the page is whole without its script. However
many pages of a team are open, each process reads and renders a change once. A page that could not be reached for a moment is
brought up to date.
"""
