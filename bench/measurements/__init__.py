"""What is measured about a network: one file each."""
