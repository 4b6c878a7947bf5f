"""The examination of `ghe-slack doctor`: what the checks of `agent.doctor` stand on, and how they are run and shown.

    settings ──▶ surroundings ──▶ checks, side by side ──▶ findings ──▶ lines or JSON

It only looks: it makes no file, takes no lock, and of a running agent's ten sockets it borrows one for a moment.
Whatever is asked of a far side is asked once and shared; where a far side can't be reached one check says why, and the
others say that they didn't look, so that wrong credentials aren't tried ten times at a proxy that counts.
"""
