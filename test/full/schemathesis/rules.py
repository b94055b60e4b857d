"""Checks of our own for Schemathesis: they take the place of two of its checks, and are stricter where they differ.

`positive_data_acceptance` calls every 400, 402 and 422 to a schema-valid request a failure. Ours allows exactly the rules
that a JSON Schema cannot say (they look at two fields, at the clock, at the past, or at the acquirer), each by its path and words.

`unsupported_method` wants a 405. The contract answers 404 NOT_FOUND to every route that does not exist, method and path
alike, as API Gateway does. Ours wants exactly that.

A hook gives every schema-valid mutation one key where the contract wants one: else most of them would end at that rule.
"""
import hashlib
import json
import re

import schemathesis
from schemathesis.generation.meta import CoverageScenario

ACCEPTED = {401, 403, 404, 409, 413, 429}

# In both languages: the document's example of Accept-Language is Korean.
RULES = [
    ("/currency", r"has left ISO 4217.*|ISO 4217에서 폐지된.*"),
    ("/cursor", r"is not a cursor of ours|이 API가 만든 커서가 아닙니다"),
    ("/at", r"is in the future|미래의 시각입니다"),
    ("/dueFrom", r"cannot be asked for together with days of sale|판매일과 함께 찾을 수 없습니다"),
    ("/dueTo", r"cannot be asked for together with days of sale|판매일과 함께 찾을 수 없습니다"),
]


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive or case.method.upper() != "POST":
        return
    in_body = isinstance(case.body, dict) and "idempotencyKey" in case.body
    in_header = case.headers is not None and "idempotency-key" in case.headers
    if in_body and in_header:
        del case.headers["idempotency-key"]
    elif not in_body and not in_header and isinstance(case.body, dict):
        digest = hashlib.sha256(json.dumps([case.path, case.body], sort_keys=True).encode()).hexdigest()
        case.headers = {**(case.headers or {}), "idempotency-key": digest}


def is_rule(problem):
    return any(problem["path"] == path and re.fullmatch(words, problem["message"]) for path, words in RULES)


def explained(response):
    """Whether a refusal of a schema-valid request is one of the rules above."""
    body = response.json()
    if response.status_code == 402:
        return body["code"] == "PAYMENT_DECLINED"
    if response.status_code == 422:
        return body["details"]["reason"] == "different_request"
    if response.status_code == 400:
        return body["code"] == "VALIDATION_FAILED" and all(map(is_rule, body["details"]["problems"]))
    return False


@schemathesis.check
def valid_data_is_accepted(ctx, response, case):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    status = response.status_code
    if status < 400 or status >= 500 or status in ACCEPTED:
        return
    assert explained(response), f"{status} to a schema-valid request, and no rule explains it: {response.text}"


@schemathesis.check
def other_methods_do_not_exist(ctx, response, case):
    scenario = getattr(case.meta.phase.data, "scenario", None) if case.meta else None
    if scenario != CoverageScenario.UNSPECIFIED_HTTP_METHOD:
        return
    assert response.status_code == 404, f"{response.request.method} answered {response.status_code}, not 404"
    assert response.json()["code"] == "NOT_FOUND", response.text
