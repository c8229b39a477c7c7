"""The REST side of an outside client: tokens, envelopes, and patience where the server asks for it."""
import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

API = "/api/v1/"
BUSY = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)
LOST = (httpx.codes.BAD_GATEWAY, httpx.codes.GATEWAY_TIMEOUT)  # a proxy knows no answer; it may have been done
EARLY = 30.0  # seconds before its end that an access token is renewed


class Refused(Exception):
    """The server's error: `status`, and `code` and `message` of the envelope."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status = status
        self.code = str(body.get("code", ""))
        self.message = str(body.get("error", ""))
        self.body = body
        super().__init__(f"{status} {self.code}: {self.message}")


class Unreachable(Exception):
    """No answer within the client's patience."""


@dataclass(frozen=True)
class Account:
    """With what somebody signs in."""

    organization: str
    email: str
    password: str


@dataclass(frozen=True)
class Answer:
    """`data` of the envelope; `replayed` where the server remembered the answer to this Idempotency-Key."""

    status: int
    data: Any
    replayed: bool


class Api:
    """One person's requests. `patience`: how many seconds a busy or restarting server is asked again."""

    def __init__(self, url: str, account: Account, *, patience: float = 20.0) -> None:
        self.account = account
        self.user: dict[str, Any] = {}
        self._patience = patience
        # Certificates take 20 ms to read, and a plain address needs none.
        self._http = httpx.AsyncClient(base_url=url.rstrip("/"), timeout=10.0, trust_env=False, verify=url.startswith("https"))
        self._access = ""
        self._refresh = ""
        self._ends = 0.0  # of the access token, by the loop's clock
        self._renewing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def register(self, name: str) -> None:
        """Sign up as a customer; sign in afterwards."""
        given = {"organization": self.account.organization, "email": self.account.email, "password": self.account.password, "name": name}
        await self._send("POST", "auth/register/", json=given)

    async def sign_in(self) -> dict[str, Any]:
        """Begin a session; returns the user."""
        given = {"organization": self.account.organization, "email": self.account.email, "password": self.account.password}
        self.keep((await self._send("POST", "auth/login/", json=given)).data)
        return self.user

    async def token(self) -> str:
        """An access token that is good for a while."""
        async with self._renewing:
            if asyncio.get_running_loop().time() > self._ends - EARLY:
                await self._renew()
            return self._access

    def distrust_token(self) -> None:
        """The server did not take it: fetch another before the next use."""
        self._ends = 0.0

    async def _renew(self) -> None:
        """A refresh token works once; where it is used up, because its answer was lost, one signs in again."""
        try:
            self.keep((await self._send("POST", "auth/refresh/", json={"refresh": self._refresh})).data)
        except Refused as refused:
            if refused.status != httpx.codes.UNAUTHORIZED:
                raise
            await self.sign_in()

    def keep(self, pair: dict[str, Any]) -> None:
        """Go on with this session: `access`, `refresh`, `expires_in` (seconds) and `user` of a sign-in."""
        self._access, self._refresh = pair["access"], pair["refresh"]
        self._ends = asyncio.get_running_loop().time() + pair["expires_in"]
        self.user = pair.get("user", self.user)

    async def get(self, path: str, **params: Any) -> Any:
        return (await self.request("GET", path, params=params)).data

    async def post(self, path: str, json: dict[str, Any] | None = None, *, key: str | None = None) -> Answer:
        """`key`: the Idempotency-Key, with which a lost answer is asked for again."""
        return await self.request("POST", path, json=json or {}, key=key)

    async def upload(self, name: str, content: bytes) -> dict[str, Any]:
        """A file for a message that is still to be sent, as the server tells of it."""
        answer: dict[str, Any] = (await self.request("POST", "upload/", files={"file": (name, content)})).data
        return answer

    async def download(self, url: str) -> httpx.Response:
        """The file at an address that the server told; raises Refused. A client that would send its token elsewhere is none of ours."""
        if not url.startswith(API):
            raise ValueError(f"{url} is no address of the API")
        response = await self._http.get(url, headers={"Authorization": f"Bearer {await self.token()}"})
        if not response.is_success:
            _opened(response)
        return response

    async def patch(self, path: str, json: dict[str, Any]) -> Answer:
        return await self.request("PATCH", path, json=json)

    async def request(self, method: str, path: str, *, key: str | None = None, **options: Any) -> Answer:
        """Raises Refused, or Unreachable."""
        try:
            return await self._send(method, path, key=key, token=await self.token(), **options)
        except Refused as refused:
            if refused.status != httpx.codes.UNAUTHORIZED:
                raise
        self.distrust_token()
        return await self._send(method, path, key=key, token=await self.token(), **options)

    async def _send(self, method: str, path: str, *, key: str | None = None, token: str | None = None, **options: Any) -> Answer:
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **({"Idempotency-Key": key} if key else {})}
        clock = asyncio.get_running_loop().time
        until = clock() + self._patience
        while True:
            try:
                response = await self._http.request(method, API + path, headers=headers, **options)
                again = response.status_code in BUSY or (response.status_code in LOST and _harmless_twice(method, path, key))
                pause = float(response.headers.get("Retry-After", 1)) if again else None
            except httpx.TransportError as error:
                if not _may_repeat(error, method, path, key):
                    raise Unreachable(f"{method} {path}: no answer ({error!r})") from error
                pause = 0.5
                if clock() + pause >= until:
                    raise Unreachable(f"{method} {path}: nobody answers at {self._http.base_url} ({error!r})") from error
            if pause is None or clock() + pause >= until:
                return _opened(response)
            await asyncio.sleep(pause)


def _may_repeat(error: httpx.TransportError, method: str, path: str, key: str | None) -> bool:
    """Whether the request was not sent, or does no harm twice."""
    return isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)) or _harmless_twice(method, path, key)


def _harmless_twice(method: str, path: str, key: str | None) -> bool:
    return method == "GET" or key is not None or path.startswith("auth/")


def _opened(response: httpx.Response) -> Answer:
    try:
        body = response.json() if response.content else {}
    except ValueError:
        body = {"error": response.text[:200], "code": "not_json"}
    if response.is_success:
        return Answer(response.status_code, body.get("data"), response.headers.get("Idempotent-Replay") == "true")
    raise Refused(response.status_code, body)
