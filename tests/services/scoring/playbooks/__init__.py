"""One team's playbook for whoever writes its next version."""
