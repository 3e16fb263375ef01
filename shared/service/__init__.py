"""What every service process is made of: settings, logs, the HTTP server, the broker, background jobs, probes.

Comes in: a configuration. Goes out: a process that waits for its servers, serves, works and ends cleanly on SIGTERM.
"""
