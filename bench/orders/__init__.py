"""Orders acknowledged a second, OMNIX beside two conventional services, and whether they last."""
