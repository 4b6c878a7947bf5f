"""The names that a certificate is for."""

from ipaddress import ip_address

from cryptography import x509


def is_for(certificate: x509.Certificate, host: str) -> bool:
    """Whether its subject alternative names hold this host or address; a `*` stands for one label, the first."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    try:
        return ip_address(host) in names.get_values_for_type(x509.IPAddress)
    except ValueError:
        wanted = host.rstrip(".").lower()
        return any(_fits(name.lower(), wanted) for name in names.get_values_for_type(x509.DNSName))


def _fits(name: str, host: str) -> bool:
    label, dot, rest = host.partition(".")
    return name == host or (bool(label and dot) and name == f"*.{rest}")
