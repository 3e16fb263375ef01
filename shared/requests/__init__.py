"""What commands, pages and services ask each other over NATS, and the shape of every query and reply.

Each question is an `Endpoint`: a subject, the shape of the query and the shape of the reply. `ask` puts a question; a
`RequestRouter` collects a service's handlers.
"""
