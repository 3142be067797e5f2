"""How a test makes payment links, at the gateway and at the older one."""


async def link(api, reference="link-1", value=50_000, **more):
    amount = {"value": value, "currency": "INR"}
    body = {"merchant_payment_link_reference": reference, "amount": amount, **more}
    status, answer = await api.call("POST", "/api/pay/v1/paymentlink", body)
    assert 200 == status, answer
    return answer


async def old_link(api, reference="old-1", value=70_000):
    form = {
        "MERCHANT_ID": api.box.merchant_id,
        "MERCHANT_ACCESS_CODE": api.box.access_code,
        "REFERENCE_NO": reference,
        "AMOUNT": str(value),
        "PAYMENT_MODE": "1",
        "CUSTOMER_EMAIL_ID": "kevin@example.com",
        "CUSTOMER_MOBILE_NO": "",
        "PRODUCT_DESCRIPTION": "",
        "PRODUCT_CODE": "",
    }
    async with api.http.post("/api/PaymentURL/CreatePaymentURL", data=form) as answer:
        made = await answer.json()
        assert 1 == made["RESPONSE_CODE"], made
        return made
