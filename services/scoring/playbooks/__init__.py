"""One team's playbook for whoever writes its next version: what there is, what a draft would do, and which targets fit.

Nothing here changes anything; `definitions` publishes.
"""
