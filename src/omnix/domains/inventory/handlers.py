"""What stock is asked at regular times, and what takes longer than a request."""

from omnix.platform.jobs import JobHandler

from .analysis.classes import classify_all
from .analysis.replay import replay
from .declare import CLASSIFY, CLOSE_DAYS, MAIL_ORDER, SIMULATE
from .purchasing.mailing import mail
from .stock_days import close_days

JOBS = (
    JobHandler(CLOSE_DAYS, close_days),
    JobHandler(CLASSIFY, classify_all),
    JobHandler(SIMULATE, replay),
    JobHandler(MAIL_ORDER, mail),
)
