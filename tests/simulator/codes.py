"""The codes of the farm's envelope. Sources: protocol V3, 2018 ("Error code description"), rayvision_api 3.0.4.3."""

from __future__ import annotations

CODES: dict[int, str] = {
    100: "fail",
    200: "success",
    301: "need_redirect",
    400: "bad_request",
    403: "forbidden",
    404: "resource_not_found",
    500: "internal_error",
    513: "user_cache_error",
    600: "parameter_invalid",
    601: "parameter_cant_be_empty",
    602: "need_user_login",
    603: "illegal_protocol",
    604: "validate_code_error",
    605: "vinsufficient_permissions",
    606: "validate_commom_code_error",
    607: "validate_send_code_error",
    608: "user_area_error",
    610: "signature_expired",
    611: "signature_invalid",
    700: "do_not_have_any_more_record",
    **{code: f"account_error_{code}" for code in range(800, 816)},
    804: "account_disabled",
    805: "bad_credentials",
    812: "ip_limited",
    **{code: f"profile_error_{code}" for code in range(900, 921)},
    1000: "redis_error",
}
"""Every code and its message."""


class Refusal(Exception):
    """The farm says no: `code` is one of CODES; `detail`, if any, follows the code's own message."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.message = f"{CODES[code]}: {detail}" if detail else CODES[code]
