"""What other programs may rely on: the two documents that describe Daymark, and the events that it has ever published."""
