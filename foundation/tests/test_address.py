"""Whom to count."""
import pytest

from foundation.http.address import network_of


@pytest.mark.parametrize(("address", "network"), [
    ("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:DB8:1:2::1", "2001:db8:1:2::/64"),
    ("2001:db8:1:3::1", "2001:db8:1:3::/64"), ("::ffff:203.0.113.9", "203.0.113.9"), ("fe80::1%eth0", "fe80::/64"), ("", ""),
    ("testclient", "testclient"),
])
def test_an_ipv6_host_counts_as_its_network(address: str, network: str) -> None:
    assert network_of(address) == network
