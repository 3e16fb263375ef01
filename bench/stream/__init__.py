"""From JetStream to committed and acknowledged: scoring beside a peer written with FastStream."""
