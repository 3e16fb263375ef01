"""Mutation tests of the modules that make decisions.

Cosmic Ray provides the mutations, because it also mutates constants and decorated functions. It would start a new process for
each mutant. Here, a process that has imported all libraries is forked instead, which takes a third of the time.
"""
