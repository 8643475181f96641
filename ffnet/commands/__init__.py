"""What `python -m ffnet COMMAND` does; each command may use every stage, and no stage uses a command."""
