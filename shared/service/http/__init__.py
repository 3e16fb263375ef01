"""The limits of the HTTP server on its clients, and the protocol that keeps them. No request passes that is beyond a limit."""
