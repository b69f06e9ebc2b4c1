"""Customers' jobs."""

from omnix.platform.jobs import JobHandler

from . import pairs
from .declare import ANALYSE, PAIR
from .insights import analyse_all

JOBS = (JobHandler(ANALYSE, analyse_all), JobHandler(PAIR, pairs.look))
