"""Customers' jobs."""

from omnix.platform.jobs import JobHandler

from .declare import ANALYSE
from .insights import analyse_all

JOBS = (JobHandler(ANALYSE, analyse_all),)
