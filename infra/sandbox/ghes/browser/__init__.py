"""What people see of GHES in a browser: making an App, installing it, signing in to it, and the settings of all that.

Rows of method, path and handler; `new_app` stands before the settings, whose paths would take it for an App.
"""

from infra.sandbox.ghes.browser import (
    app_page,
    app_settings,
    authorize,
    devices,
    install,
    installations,
    new_app,
    sign_in,
    tokens,
)
from infra.sandbox.ghes.browser.pages import Row

ROWS: tuple[Row, ...] = (
    *sign_in.ROWS,
    *authorize.ROWS,
    *tokens.ROWS,
    *devices.ROWS,
    *new_app.ROWS,
    *app_settings.ROWS,
    *app_page.ROWS,
    *install.ROWS,
    *installations.ROWS,
)
