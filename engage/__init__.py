"""engage: people who live around mines raise concerns and get them resolved."""

from flask import Flask

from config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application: extensions bound, pages and commands registered. Opens no connection.

    The worker forks after this, which is why nothing here may talk to the database or the broker.
    """
    from engage import cli, extensions, log, unit_of_work, web

    settings = settings or Settings()
    app = Flask("engage", template_folder="../templates", static_folder="static")
    app.config.update(settings.flask_config())
    app.extensions["engage"] = settings
    log.configure(settings.LOG_LEVEL)
    extensions.db.init_app(app)
    unit_of_work.init_app(app)
    extensions.migrate.init_app(app, extensions.db, directory=f"{app.root_path}/migrations", render_as_batch=True)
    extensions.bind_queue(settings.broker_url, settings.VAR / "queue", settings.POLL_SECONDS)
    web.init_app(app)
    cli.init_app(app)
    return app
