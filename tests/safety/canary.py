"""Twelve secrets that are planted wherever one belongs, and the search for them where none may be."""

import logging
import pickle
import traceback
from urllib.parse import quote

MARK = "CANARY"
SECRETS = {
    name: f"{MARK}-{name.replace(' ', '-')}-51c7"
    for name in (
        "client secret",
        "access token",
        "card number",
        "cvv",
        "expiry",
        "otp",
        "cryptogram",
        "tax id",
        "vpa",
        "account number",
        "phone",
        "e-mail",
    )
}
PLACES = {
    "client secret": ("client_secret", "merchant_access_code"),
    "access token": ("access_token", "token"),
    "card number": ("card_number", "pan", "gift_card_number", "encrypted_card_details"),
    "cvv": ("cvv", "cavv"),
    "expiry": (
        "expiry_month",
        "expiry_year",
        "expiration_month",
        "expiration_year",
        "token_expiry_month",
        "token_expiry_year",
    ),
    "otp": ("otp", "pin"),
    "cryptogram": ("cryptogram",),
    "tax id": ("pan_number", "pan_last_digits", "gstin"),
    "vpa": ("vpa",),
    "account number": ("account_number", "accountnumber", "bank_acc_number", "virtual_account_id"),
    "phone": (
        "mobile_number",
        "mobile",
        "phone",
        "phone_number",
        "registered_mobile_number",
        "customer_mobile_no",
    ),
    "e-mail": ("email", "email_id", "customer_email_id"),
}
SECRET_OF = {member: SECRETS[name] for name, members in PLACES.items() for member in members}
"""What to plant into a member, by its JSON name in small letters."""
NOT_PRIVATE = frozenset({"payee"})
"""Objects whose members are not the payer's: a payee is the merchant, whose VPA stands on every QR code."""


def planted(whole):
    """Return a copy of a JSON value with a secret in every member that is meant to hold one."""
    if isinstance(whole, list):
        return [planted(item) for item in whole]
    if not isinstance(whole, dict):
        return whole
    made = {}
    for name, value in whole.items():
        secret = SECRET_OF.get(name.lower())
        if secret is not None and isinstance(value, (str, int)):
            made[name] = secret
        else:
            made[name] = value if name in NOT_PRIVATE else planted(value)
    return made


def found_in(text, secrets=SECRETS):
    """Name the secrets that a text or bytes hold, in the clear or quoted."""
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return sorted(name for name, secret in secrets.items() if secret in text or quote(secret) in text)


class Trap(logging.Handler):
    """Keep every log record, of any logger and level, in every way in which it can be read."""

    def __init__(self):
        super().__init__(logging.NOTSET)
        self.texts = []

    def emit(self, record):
        shown = [
            record.getMessage(),
            repr(record.args),
            repr(vars(record)),
            logging.Formatter().format(record),
        ]
        if record.exc_info and record.exc_info[1] is not None:
            shown.append(with_locals(record.exc_info[1]))
        self.texts.append("\n".join(shown))

    def __enter__(self):
        root = logging.getLogger()
        self._before = root.level
        root.addHandler(self)
        root.setLevel(logging.DEBUG)
        return self

    def __exit__(self, *_):
        root = logging.getLogger()
        root.removeHandler(self)
        root.setLevel(self._before)


def with_locals(error):
    """Write a traceback with the locals of every frame but those of the tests, who hold what they planted."""
    seen, lines, chain = set(), [], [error]
    while chain:
        one = chain.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        told = traceback.TracebackException.from_exception(one, capture_locals=True)
        frames = [frame for frame in told.stack if not _is_ours(frame.filename)]
        lines += [f"{frame.filename}:{frame.lineno} {frame.name} {frame.locals}" for frame in frames]
        lines += told.format_exception_only()
        chain += [one.__cause__, one.__context__]
        chain += getattr(one, "exceptions", ())
    return "\n".join(lines)


def _is_ours(filename):
    return "/tests/" in filename.replace("\\", "/")


def faces_of_error(error):
    """Return everything that an error shows of itself, by name."""
    return {
        "repr": repr(error),
        "str": str(error),
        "args": repr(error.args),
        "dict": repr(vars(error)),
        "pickle": pickle.dumps(error, protocol=0),
        "traceback": with_locals(error),
    }


def faces_of(value):
    """Return what anything else shows of itself, by name; not its pickle: an answer's holds what came, and must."""
    return {"repr": repr(value), "str": str(value), "format": f"{value}", "in a list": repr([value])}


def leaks(faces, secrets=SECRETS):
    """Name what leaks, and where."""
    return {face: found for face, text in faces.items() if (found := found_in(text, secrets))}
