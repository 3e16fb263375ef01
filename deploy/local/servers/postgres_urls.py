"""URLs of one Postgres server for its different roles."""

from deploy.database import DATABASE


def url_of_role(admin_url: str, role: str) -> str:
    """The URL with which a role connects to Daymark's database on the administrator's server. It holds no password."""
    scheme, _, rest = admin_url.partition("://")
    authority, slash, _ = rest.partition("/")
    parameters = rest.partition("?")[2]
    host = authority.rpartition("@")[2]
    return f"{scheme}://{role}@{host}{slash or '/'}{DATABASE}" + (f"?{parameters}" if parameters else "")


def add_password(url: str, password: str | None) -> str:
    """The URL with a password for its role, unless it has one already."""
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    return f"{scheme}://{user}:{password}@{host}{slash}{path}" if password and at and ":" not in user else url
