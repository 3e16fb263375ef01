"""What can be asked about the playbook of one team."""
