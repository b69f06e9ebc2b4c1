"""OMNIX AI: retail customer analytics that runs on a laptop and on AWS from one code base."""

import os

# Small matrices in threads cost more than they save: on a busy machine OpenBLAS' threads spin
# for each other, and the forecast of a shop took six times the CPU. Numpy reads it when loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
