"""The pages for people who raise a concern: no account, no JavaScript, nothing kept of the visitor."""

from flask import Blueprint

bp = Blueprint("public", __name__)
