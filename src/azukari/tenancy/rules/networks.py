"""接続元の制限: the networks from which the office's pages open (CIDR, RFC 4632 and RFC 4291). Pure."""

from __future__ import annotations

import ipaddress
import unicodedata
from collections.abc import Sequence

MOST = 50


def parse_networks(typed: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read networks, one a line or separated by commas. Gives those understood (canonical) and those not."""
    good: list[str] = []
    bad: list[str] = []
    for word in unicodedata.normalize("NFKC", typed).replace(",", " ").replace("、", " ").split():
        try:
            network = str(ipaddress.ip_network(word, strict=False))
        except ValueError:
            bad.append(word)
            continue
        if network not in good:
            good.append(network)
    return tuple(good), tuple(bad)


def is_allowed(address: str, networks: Sequence[str]) -> bool:
    """Tell whether an address is in one of the networks; an empty list allows all. IPv4 within IPv6 counts as IPv4."""
    if not networks:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in ipaddress.ip_network(network) for network in networks)
