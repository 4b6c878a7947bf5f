import re

from prometheus_client import generate_latest

from agent.metrics import Metrics


def test_everything_is_exported_under_our_name_with_its_meaning() -> None:
    exported = generate_latest(Metrics().registry).decode()

    families = re.findall(r"^# HELP (\S+) (.*)$", exported, flags=re.MULTILINE)
    assert len(families) >= 11
    assert [name for name, meaning in families if not name.startswith("ghe_slack_") or not meaning] == []


def test_two_agents_in_one_process_count_for_themselves() -> None:
    one, other = Metrics(), Metrics()

    one.events.labels("push", "stored").inc()

    assert one.registry.get_sample_value("ghe_slack_events_total", {"event": "push", "result": "stored"}) == 1
    assert other.registry.get_sample_value("ghe_slack_events_total", {"event": "push", "result": "stored"}) is None


def test_delivery_is_measured_from_milliseconds_to_an_hour() -> None:
    metrics = Metrics()

    for seconds in (0.0005, 59, 3599):
        metrics.delivery_s.observe(seconds)

    counted = [
        metrics.registry.get_sample_value("ghe_slack_delivery_seconds_bucket", {"le": le})
        for le in ("0.001", "100.0", "1000.0", "3600.0", "+Inf")
    ]
    assert counted == [1, 2, 2, 3, 3]
