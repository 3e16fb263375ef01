"""Postgres for the services: a pool per schema, named queries, forward migrations, and the outbox.

Each service owns one schema and connects as a role of the same name. Its SQL stands in `.sql` files, each beside the module of
typed functions that runs it; its migrations are `migrations/NNNN_<what>.sql`.
"""
