"""Files of any format as rows of text."""
