"""OMNIX AI: retail customer analytics that runs on a laptop and on AWS from one code base."""
