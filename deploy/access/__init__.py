"""Who may do what at NATS: one catalogue of users, and the server's configuration that is made of it.

Promised: nobody without a credential does anything, and nobody reads the replies to somebody else's requests.
"""
