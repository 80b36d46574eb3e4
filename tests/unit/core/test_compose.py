"""The files that deploy the platform, read as the tools read them; no container is started."""

import re
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.instance.config import dagster_instance_config

from resources.embedder import Embedder
from resources.language_model import LanguageModel
from resources.language_model.judge import Judge
from resources.language_model.resource import NUMBERS
from resources.language_model.vision import VisionModel

ROOT = Path(__file__).parents[3]
SERVICES = {"postgres", "object-store", "bucket", "code-server", "webserver", "daemon", "vllm"}
SECRET = re.compile(r"(PASSWORD|SECRET|KEY|TOKEN)$")


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def services(compose) -> dict:
    return compose["services"]


def environment(service: dict) -> dict[str, str]:
    return {name: str(value) for name, value in service.get("environment", {}).items()}


def test_every_service_is_there(services):
    assert set(services) == SERVICES


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_has_a_health_check(services, name):
    check = services[name]["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert len(check["test"]) > 1
    assert {"interval", "timeout", "retries"} <= set(check)


def test_every_dependency_waits_for_health(services):
    for service in services.values():
        for needed, how in service.get("depends_on", {}).items():
            assert needed in services
            assert how == {"condition": "service_healthy"}


def test_only_vllm_stands_under_a_profile(services):
    assert {name: one["profiles"] for name, one in services.items() if "profiles" in one} == {"vllm": ["vllm"]}
    devices = services["vllm"]["deploy"]["resources"]["reservations"]["devices"]
    assert devices[0]["capabilities"] == ["gpu"]


def test_no_secret_stands_in_the_file(services):
    secrets = {
        (name, key): value
        for name, service in services.items()
        for key, value in environment(service).items()
        if SECRET.search(key) and not key.endswith("ACCESS_KEY_ID")
    }
    assert secrets
    assert {
        where: value for where, value in secrets.items() if not re.fullmatch(r"\$\{\w+:(\?set \w+|-)\}", value)
    } == {}


def test_ports_are_bound_to_the_loopback_interface(services):
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:3000:3000"]


def test_every_volume_that_is_used_is_declared(compose, services):
    used = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert used == set(compose["volumes"])


def test_the_platform_services_share_one_environment(services):
    shared = [environment(services[name]) for name in ("code-server", "webserver", "daemon")]
    assert shared[0] == shared[1] == shared[2]
    assert shared[0]["DARWIN_LAKE"].startswith("s3://")
    assert {services[name]["image"] for name in ("code-server", "webserver", "daemon")} == {"darwin-assets:local"}


def resolved(services: dict, **said: str) -> dict[str, str]:
    """The environment of a container when these variables are set where `docker compose` is called."""
    wanted = environment(services["code-server"])
    return {name: re.sub(r"\$\{(\w+):-(.*)\}", lambda m: said.get(m[1]) or m[2], one) for name, one in wanted.items()}


@pytest.mark.parametrize("model", [LanguageModel, Judge, VisionModel, Embedder])
def test_a_model_is_set_by_its_address_alone(services, model):
    assert model.from_env(resolved(services)).engine == model.engines[0]
    url, key, window = (f"{model.variables}_{name}" for name in ("URL", "API_KEY", "WINDOW"))
    there = resolved(services, **{url: "http://gpu-host:8000/v1", key: "a key", window: "7"})
    found = model.from_env(there)
    assert (found.engine, found.base_urls, found.window) == ("openai", ["http://gpu-host:8000/v1"], 7)
    assert there[key] == "a key"


def test_prices_and_budgets_reach_the_containers(services):
    said = {f"DARWIN_LLM_{name.upper()}": "3" for name in NUMBERS}
    found = LanguageModel.from_env(resolved(services, **said))
    assert {getattr(found, name) for name in NUMBERS} == {3}


def test_telemetry_is_off_in_the_containers(services):
    image = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
    assert "DAGSTER_DISABLE_TELEMETRY=1" in image
    assert "GX_ANALYTICS_ENABLED=false" in image
    assert environment(services["vllm"])["VLLM_NO_USAGE_STATS"] == "1"


def test_the_workspace_names_the_code_server(services):
    (location,) = yaml.safe_load((ROOT / "docker" / "workspace.yaml").read_text(encoding="utf-8"))["load_from"]
    server = location["grpc_server"]
    assert server["host"] in services
    assert f"-p {server['port']} -m darwin_assets.definitions" in services["code-server"]["command"][-1]


def test_the_image_copies_what_exists_and_what_the_package_needs():
    image = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
    copied = [source for line in re.findall(r"^COPY (.+) \S+$", image, re.MULTILINE) for source in line.split()]
    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert {"darwin_assets", "resources", "checks", "dagster.yaml", "examples"} <= set(copied)


def local_settings(name: str) -> dict:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_dagster_accepts_the_settings_of_a_clone(tmp_path):
    (tmp_path / "dagster.yaml").write_bytes((ROOT / "dagster.yaml").read_bytes())
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.telemetry_enabled is False
        assert instance.get_concurrency_config().pool_config.default_pool_limit == 1
        assert instance.get_concurrency_config().pool_config.pool_granularity.value == "op"
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 2


def test_dagster_accepts_the_settings_of_the_containers(tmp_path):
    """Checked against Dagster's own schema; the Postgres storage itself is another package and another process."""
    settings = local_settings("docker/dagster.yaml")
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    loaded, _ = dagster_instance_config(str(tmp_path))
    assert loaded["storage"]["postgres"]["postgres_db"]["password"] == {"env": "POSTGRES_PASSWORD"}


def test_containers_differ_from_a_clone_in_storage_only():
    containers = local_settings("docker/dagster.yaml")
    assert containers.pop("storage")
    assert containers == local_settings("dagster.yaml")


def test_the_workspace_of_a_clone_names_the_definitions():
    (location,) = local_settings("workspace.yaml")["load_from"]
    assert location["python_module"]["module_name"] == "darwin_assets.definitions"
