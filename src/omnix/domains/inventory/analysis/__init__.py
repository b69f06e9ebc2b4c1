"""Looking back: classes of products, and what a policy would have cost."""
