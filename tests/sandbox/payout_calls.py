"""How a test calls the payouts of a sandbox."""

ROOT = "/payouts/v3/payments"
FULL = 100_000_000
NEW = {
    "clientReferenceId": "po-1",
    "payeeName": "Kevin Bob",
    "amount": {"value": 4900, "currency": "INR"},
    "mode": "IMPS",
    "remarks": "Refund payment",
    "accountNumber": "12345671415",
    "branchCode": "SBIN0011123",
}
HEADER = "clientReferenceId,payeeName,amount,mode,remarks,accountNumber,branchCode,vpa"


def money(value):
    return {"value": value, "currency": "INR"}


async def pay(api, reference="po-1", value=4900, **more):
    body = {**NEW, "clientReferenceId": reference, "amount": money(value), **more}
    status, answer = await api.call("POST", f"{ROOT}/banks", body, headers={"Request-ID": "req-1"})
    assert 201 == status, answer
    return answer


async def listed(api, query=""):
    status, answer = await api.call("GET", f"{ROOT}?{query}")
    assert 200 == status, answer
    return answer


async def statuses(api):
    return {payout["clientReferenceId"]: payout["status"] for payout in (await listed(api))["payments"]}


async def balance(api):
    status, answer = await api.call("GET", f"{ROOT}/funding-account")
    assert 200 == status
    return answer["balance"]["value"]


async def change(api, payout, verb="", body=None):
    path = f"{ROOT}/banks/{payout['paymentReferenceId']}{verb}"
    return await api.call("PUT", path, body)


async def send_file(api, text):
    headers = {"Authorization": f"Bearer {api.token}"}
    async with api.http.post(f"{ROOT}/banks/file", data={"file": text}, headers=headers) as answer:
        return answer.status, await answer.json()


def rows(*lines, header=HEADER):
    return "\r\n".join([header, *lines]) + "\r\n"


def brief(answer):
    return answer[0], answer[1]["code"]
