"""The page of delivery, for operators: whether messages reach people and rooms, and what to try if they do not.

It shows no text of a message, no score, and not of which kind a message is.
"""
