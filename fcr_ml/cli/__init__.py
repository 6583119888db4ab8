"""The ``fcr`` command: ``app`` holds its verbs, ``evaluate`` those that judge the house."""
