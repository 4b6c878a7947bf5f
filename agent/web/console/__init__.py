"""The console's frame: signing in, the page around each page, and what its plug-ins are given.

The pages themselves are the files of `agent/web/console_pages`.
"""
