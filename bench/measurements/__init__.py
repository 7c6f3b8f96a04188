"""What is measured about a network: one file each, in folders by what it says of it."""
