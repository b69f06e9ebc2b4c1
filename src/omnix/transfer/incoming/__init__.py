"""Files that come in: looked at, planned, judged, stored."""
