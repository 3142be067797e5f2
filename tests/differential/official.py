"""How the official SDK is driven: its arguments by its own signatures, full bodies by its own models."""

import contextlib
import inspect
import itertools
import typing
from datetime import UTC, datetime, timedelta

import httpx
import pydantic
from pinelabs import AsyncPinelabsApi
from pinelabs.core.parse_error import ParsingError

LEFT_OUT = ...
"""What the official SDK takes for an argument that is not sent."""
NOT_SENT = frozenset({"request_options", "accept_encoding"})
ARGUMENTS = {
    "accountNumber": "account_number",
    "branchCode": "branch_code",
    "clientReferenceId": "client_reference_id",
    "payeeName": "payee_name",
    "scheduleAt": "schedule_at",
}
"""The members of a body whose argument has another name."""
AMOUNT = {"value": 1000, "currency": "INR"}
NARROWER = {
    "auto_debit_ot": True,
    "currency": "INR",
    "discount.amount": AMOUNT,
    "discount_deferred_duration_value": 90,
    "due_date": "2026-12-01T10:00:00Z",
    "interest_rate": 7.25,
    "is_mcc_transaction": "true",
    "is_merchant_retry": "true",
    "percentage": 7.25,
    "pre_auth": "true",
    "priority": 1,
    "subvention.amount": AMOUNT,
    "tenure.discount": {"discount_type": "INSTANT", "amount": AMOUNT},
    "tenure.issuer_offer_parameters": [{"program_type": "BRAND_EMI", "offer_id": "309"}],
    "total_subvention_amount": AMOUNT,
    "value": 1000,
}
"""What is said where the official SDK takes any text and the gateway wants something narrower, by field or by
the object's field and its own."""
FIRST_MOMENT = datetime(2026, 12, 1, 10, tzinfo=UTC)


def methods():
    """Return the name of every call that the official SDK has."""
    groups = [name for name, each in vars(AsyncPinelabsApi).items() if isinstance(each, property)]
    api = _client("http://127.0.0.1", _http())
    return {
        f"{group}.{verb}"
        for group in groups
        for verb, each in vars(type(getattr(api, group))).items()
        if inspect.isfunction(each) and not verb.startswith("_")
    }


async def call(base_url, sdk_method, ids, query, body):
    """Make a call, and return the arguments that the official SDK's own classes refuse: they go as plain data."""
    async with _http() as http:
        method, parameters = _parameters(_client(base_url, http), sdk_method)
        given, refused = _read(parameters, ids, query, body)
        called = method(**given)
        with contextlib.suppress(ParsingError):  # the recorder's answers say next to nothing
            if inspect.isawaitable(called):
                await called
            else:
                assert [] != [chunk async for chunk in called]
    return refused


def full_body(sdk_method, ids):
    """Return a body with every field that the official SDK declares; texts, numbers and times all differ."""
    _, parameters = _parameters(_client("http://127.0.0.1", _http()), sdk_method)
    members = {argument: member for member, argument in ARGUMENTS.items()}
    count = itertools.count(1)
    return {
        members.get(name, name): _fill(parameter.annotation, name, count)
        for name, parameter in itertools.islice(parameters.items(), ids, None)
    }


def _http():
    return httpx.AsyncClient(trust_env=False, verify=False)  # no proxy, and no certificates to load


def _client(base_url, http):
    return AsyncPinelabsApi(base_url=base_url, token="t", httpx_client=http)


def _parameters(api, sdk_method):
    group, _, verb = sdk_method.partition(".")
    method = getattr(getattr(api, group), verb)
    parameters = inspect.signature(method, eval_str=True).parameters
    return method, {name: each for name, each in parameters.items() if name not in NOT_SENT}


def _read(parameters, ids, query, body):
    """Turn ids, query and body into arguments of the official SDK's own classes."""
    required = [name for name, each in parameters.items() if each.default is each.empty]
    given = dict(zip(parameters, ids, strict=False))
    given |= {name: _as_declared(parameters[name].annotation, value) for name, value in query.items()}
    refused = []
    for member, value in body.items():
        name = ARGUMENTS.get(member, member)
        if name not in parameters or name in given:
            continue
        try:
            given[name] = pydantic.TypeAdapter(parameters[name].annotation).validate_python(value)
        except pydantic.ValidationError:
            given[name] = value
            refused.append(name)
    return dict.fromkeys(required, LEFT_OUT) | given, refused


def _as_declared(annotation, value):
    """Return a query's value in the type that the official SDK declares: a text where others have a number or a time."""
    with contextlib.suppress(pydantic.ValidationError):
        return pydantic.TypeAdapter(annotation).validate_python(value, strict=True)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _fill(kind, place, count):
    members = typing.get_args(kind)
    if isinstance(kind, type) and issubclass(kind, pydantic.BaseModel):
        parent = place.rpartition(".")[2]
        fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        return {name: _fill(annotation, f"{parent}.{name}", count) for name, annotation in fields.items()}
    match typing.get_origin(kind):
        case None:
            return _plain(kind, place, next(count))
        case typing.Literal:
            return members[0]
        case typing.Union:
            return _fill(next(each for each in members if each is not type(None)), place, count)
        case mapping if issubclass(mapping, dict):
            return {"camelKey": _fill(members[1], place, count)}
        case _:
            return [_fill(members[0], place, count)]


def _plain(kind, place, number):
    name = place.rpartition(".")[2]
    if kind is str:
        return NARROWER.get(place, NARROWER.get(name, f"{name[:40]}-{number}"))
    if kind is datetime:
        return f"{FIRST_MOMENT + timedelta(minutes=number):%Y-%m-%dT%H:%M:%SZ}"
    return {bool: True, int: number, float: number + 0.25}[kind]
