"""The runtime on AWS: the functions of the stack (``functions``), and what each of them does."""
