"""Mutation tests: plant one mistake at a time in the code and its SQL, and check that a test fails.

`code` mutates the modules that make decisions with the operators of Cosmic Ray: `<` becomes `<=`, a number changes, a `not` is
lost. `sql` applies a table of mutations to the queries. Both work on copies of the repository.
"""
