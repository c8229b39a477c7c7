"""Which database and Redis a process gets, and who gets the owner's address."""
from pathlib import Path

import pytest

from pandarchat import environment
from pandarchat.services import addresses, system

APP, OWNER = "postgresql://pandar_app@db/pandar", "postgresql://pandar_owner@db/pandar"


def resolved(**values: str) -> addresses.Addresses:
    return addresses.resolve(environment.read(values))


def test_without_settings_all_is_embedded(tmp_path: Path) -> None:
    found = resolved(PANDAR_VAR=str(tmp_path))
    assert "pandar_app@" in found.database_url
    assert found.database_owner_url
    assert "pandar_owner@" in found.database_owner_url
    assert found.redis_url == f"unix://{tmp_path}/run/redis.sock?db=0"


def test_the_apps_address_alone_does_without_the_owner() -> None:
    assert resolved(DATABASE_URL=APP).database_owner_url is None


@pytest.mark.parametrize(("values", "sentence"), [
    ({"DATABASE_OWNER_URL": OWNER}, "DATABASE_OWNER_URL is set but DATABASE_URL is not"),
    ({"DATABASE_URL": APP, "DATABASE_OWNER_URL": f"{OWNER}2"}, "must name the same database"),
])
def test_addresses_that_do_not_belong_together_are_refused(values: dict[str, str], sentence: str) -> None:
    with pytest.raises(environment.InvalidSetting, match=sentence):
        resolved(**values)


def test_services_of_the_product_never_see_the_owners_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", OWNER)
    monkeypatch.setenv("DATABASE_URL", APP)
    env = environment.read()
    values = system.environment(env, addresses.resolve(env))
    assert "DATABASE_OWNER_URL" not in values
    assert addresses.resolve(environment.read(values)).database_owner_url is None


def test_embedded_services_cannot_work_out_the_owners_address_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PANDAR_VAR", str(tmp_path))
    env = environment.read()
    values = system.environment(env, addresses.resolve(env))
    assert addresses.resolve(environment.read(values)).database_owner_url is None


def test_a_long_folder_gets_a_short_one_for_its_sockets(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90)
    assert addresses.socket_folder(tmp_path) == tmp_path / "run"
    assert len(str(addresses.socket_folder(deep))) < addresses.SOCKET_PATH_MOST
    assert addresses.socket_folder(deep) != addresses.socket_folder(deep / "other")


def test_celery_spells_a_socket_its_own_way() -> None:
    assert addresses.broker_url("unix:///x/redis.sock?db=3") == "redis+socket:///x/redis.sock?virtual_host=3"
    assert addresses.broker_url("redis://h:1/2") == "redis://h:1/2"


def test_with_database_changes_nothing_else() -> None:
    assert addresses.with_database("postgresql://u:p@%2Fa%2Fb/pandar?sslmode=require", "x") == "postgresql://u:p@%2Fa%2Fb/x?sslmode=require"
