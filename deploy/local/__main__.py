"""The `daymark` command where it is not installed, as in a container."""

from deploy.local.cli.app import main

if __name__ == "__main__":
    main()
