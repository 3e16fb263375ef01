"""The page of people, for operators: today's roster with the ways to everybody, and what can be entered into it.

What is entered goes to scoring, which changes the roster file as its author would. Pages store nothing of it.
"""
