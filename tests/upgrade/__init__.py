"""An installation of an earlier version that is continued by this one."""
