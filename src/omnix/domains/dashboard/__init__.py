"""Named metrics and the pages that show the business at a glance."""
