"""Whether data moved: profiles of features, and how far two of them are apart."""
