"""Mistakes planted in the code and in its SQL, one at a time: do the tests find them?

`code` plants every small mistake that Cosmic Ray knows (`<` for `<=`, another number, a lost `not`) in the modules that decide.
`sql` plants the mistakes of a table of our own in the queries. Both work on copies and leave the working tree alone.
"""
