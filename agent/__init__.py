"""The process inside the firewall: takes the webhooks of one GHES, answers `/ghe` over Socket Mode, posts cards.

Use-cases know ports (Protocols), adapters implement them, and only `agent.app` names concrete adapters.
"""
