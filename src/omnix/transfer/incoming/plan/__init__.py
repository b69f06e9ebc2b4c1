"""What an import is going to do: layouts, fields, guesses."""
