"""The playbook in the browser."""
