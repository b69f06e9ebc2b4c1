"""Getting data in and out: imports of known and guessed layouts, exports, the demo shop."""
