"""Log lines: one JSON object each, ids and codes only. Content, names and addresses never reach them."""

import logging
import sys

import structlog

# They tell which letters a file uses, with a line for each table of each font, what hides in a photo, and the address
# of each request, in which a gateway may want a number.
_TALKATIVE = ("fontTools", "fpdf", "PIL", "httpx2", "httpcore2")


def configure(level: str) -> None:
    """Send every log line to standard error as JSON. Called once per process; calling again changes nothing."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.WARNING)
