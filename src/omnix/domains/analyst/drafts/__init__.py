"""What an assistant proposed, until a person approves or refuses it."""
