"""The second entry point: Celery worker and schedule."""
