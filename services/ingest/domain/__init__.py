"""What a webhook is, who may send it, and which activities it describes. Pure: no I/O, and the time is an argument."""
