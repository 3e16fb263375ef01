"""The `daymark` command from a checkout: `python -m deploy.local.cli`."""

from deploy.local.cli.app import main

if __name__ == "__main__":
    main()
