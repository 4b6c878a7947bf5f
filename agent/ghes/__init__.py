"""The agent's side towards its GitHub Enterprise Server: client, App and installation tokens, look-ups, catch-up.

    Ghes ── client(token) ──▶ GhesClient ── limits, redirects, ETags
      └── App (signs with the App's key)
            ├── Installations (tokens) ── Repositories, Subjects
            └── HookLog ── catch_up

Inside, gidgethub's exceptions travel; `answers.ask` turns them into values where a port ends. Refused alternative:
a typed client. A third of GitHub's own example payloads break its models (measured, in the notes of the client choice).
"""
