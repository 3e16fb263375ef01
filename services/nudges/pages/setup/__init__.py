"""First use: an operator is led from an empty Daymark to a first score. Each step can be left and come back to.

Comes in: requests of operators. Goes out: pages, and what they enter as requests to ingest and scoring, which check it as they
check files. Nothing is stored here: what is done is what the services have, whoever entered it, in the browser or in a file.
"""
