"""The pages. A view has a form, one unit of work with one use case, a redirect, a template."""

from flask import Flask
from govuk_frontend_wtf.main import WTFormsHelpers
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from engage.extensions import compress, csrf, limiter, login
from engage.web import (
    account,
    admin,
    dev,
    errors,
    filters,
    health,
    hooks,
    labels,
    locale,
    money,
    public,
    security,
    staff,
)
from engage.web.assets import init_assets
from engage.web.templating import Templates


def init_app(app: Flask) -> None:
    """Bind what only pages need, and register every side of them."""
    app.jinja_environment = Templates
    csrf.init_app(app)
    login.init_app(app, add_context_processor=False)  # public pages never look for a staff session
    # No view is decorated with a limit, so the limiter need not look for one before every page: it takes this mark for
    # a sign that its hooks are there already.
    app.extensions["limiter"] = {limiter}
    limiter.init_app(app)
    compress.init_app(app)
    locale.init_app(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    parts = {name: PackageLoader(name) for name in ("govuk_frontend_jinja", "govuk_frontend_wtf")}
    app.jinja_loader = ChoiceLoader([*filter(None, [app.jinja_loader]), PrefixLoader(parts)])
    WTFormsHelpers(app)
    init_assets(app)
    filters.init_app(app)
    labels.init_app(app)
    money.init_app(app)
    if proxies := app.extensions["engage"].TRUSTED_PROXIES:
        believed = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)
        app.wsgi_app = believed  # type: ignore[method-assign]  # - as Flask says that it is done
    security.init_app(app)
    errors.init_app(app)
    app.context_processor(lambda: {"language": locale.language(), "languages": locale.offered()})
    app.register_blueprint(public.bp)
    app.register_blueprint(account.bp)
    app.register_blueprint(account.told_bp)
    app.register_blueprint(staff.bp)
    app.register_blueprint(staff.lane_bp)
    app.register_blueprint(admin.bp)
    app.register_blueprint(health.bp)
    app.register_blueprint(hooks.bp)
    if app.extensions["engage"].MODE == "run":
        app.register_blueprint(dev.bp)
