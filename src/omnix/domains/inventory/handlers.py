"""What stock is asked at regular times."""

from omnix.platform.jobs import JobHandler

from .declare import CLOSE_DAYS
from .stock_days import close_days

JOBS = (JobHandler(CLOSE_DAYS, close_days),)
