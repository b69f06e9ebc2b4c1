"""What a benchmark prints of its own cost: CPU seconds of the process and its peak memory."""

import resource
import time


def cost(since: float = 0.0) -> str:
    """CPU seconds used after `since` (a `time.process_time()`), and the peak memory so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f"CPU {time.process_time() - since:.1f} s, peak memory {peak} MB"
