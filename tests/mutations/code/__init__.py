"""Mutation tests of the modules that decide: what is mutated, with which tests, and how many mutants these must kill.

Cosmic Ray knows the mistakes. It mutates constants and decorated functions too, and most rules are both. It would start one
process per mutant; here a process that has imported the libraries is forked instead, which takes a third of the time.
"""
