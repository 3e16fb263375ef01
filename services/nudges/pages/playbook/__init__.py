"""The playbook in the browser: what is in force and what comes, with its history; and the form that publishes the next version.

The form is turned into the file of a version, and scoring checks and publishes this file as it does any other.
"""
