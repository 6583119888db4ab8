"""Past months once more: what a release would have given, and whether another is better."""
