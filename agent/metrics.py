"""What is counted, for `/metrics` (Prometheus text). One registry a process, made by the composition root."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_LATENCY_S = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3600)


class Metrics:
    """The agent's counters, by name as they are exported."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.events = Counter("ghe_slack_events", "Webhooks taken", ["event", "result"], registry=self.registry)
        self.notifications = Counter(
            "ghe_slack_notifications", "Notifications by outcome", ["outcome"], registry=self.registry
        )
        self.rewrites = Counter("ghe_slack_rewrites", "Rewritten cards by outcome", ["outcome"], registry=self.registry)
        self.maybe_twice = Counter(
            "ghe_slack_maybe_twice", "Posts sent again without a look: they may appear twice", registry=self.registry
        )
        self.fallback_cards = Counter(
            "ghe_slack_fallback_cards",
            "Cards that could not be drawn and were posted plain",
            ["event"],
            registry=self.registry,
        )
        self.envelopes = Counter("ghe_slack_envelopes", "What Slack sent, by kind", ["kind"], registry=self.registry)
        self.delivery_s = Histogram(
            "ghe_slack_delivery_seconds", "From webhook to post", buckets=_LATENCY_S, registry=self.registry
        )
        self.ack_s = Histogram(
            "ghe_slack_ack_seconds", "From envelope to acknowledgement", buckets=_LATENCY_S, registry=self.registry
        )
        self.waiting = Gauge("ghe_slack_waiting", "Notifications that wait", ["state"], registry=self.registry)
        self.queue_age_s = Gauge("ghe_slack_queue_age_seconds", "Age of the oldest that waits", registry=self.registry)
        self.sockets = Gauge("ghe_slack_sockets", "Open sockets to Slack", registry=self.registry)
