"""What `ghe-slack doctor` looks at, one check a file: `GROUP`, and `check(given)` with its findings.

The listing of this folder is the list of the checks; what two of them share stands in `agent.examining`.
"""
