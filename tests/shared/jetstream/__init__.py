"""Tests of the connection to JetStream, its streams, the publisher and the pull loop."""
