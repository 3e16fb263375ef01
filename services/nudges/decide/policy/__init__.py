"""The pure part of deciding: may it be sent, is it withheld for the experiment, which candidate goes first, does it still
hold."""
