"""How fast a network is: what is timed, in which form of it, and whether to believe the result."""
