"""Mutation tests of the SQL: one mistake at a time is planted in a query, and the tests that are named beside it must fail.

`table.toml` lists the mistakes. `propose` finds mistakes that a query could have, for new rows and for a survey of a file.
"""
