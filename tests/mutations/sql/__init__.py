"""Mutation tests of SQL: one mistake at a time is planted in a query, and the tests listed for it must fail.

`table.toml` lists the mutations. `propose` generates mutations of a query, for new rows and to survey a file.
"""
