"""How fast a network trains: images a second, beside what the machine's matrix products allow."""
