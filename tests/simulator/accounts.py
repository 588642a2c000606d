"""Accounts: who may call, with what money."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Environment:
    """A render environment of an account."""

    cg_id: int
    edit_name: str
    cg_name: str
    cg_version: str
    render_system: int  # 0 Linux, 1 Windows
    render_layer_type: int = 0
    project_path: str = ""
    default: bool = False
    plugin_ids: list[int] = field(default_factory=list)


@dataclass(eq=False)
class Account:
    """One account. Money is in the currency of its zone: 1 China (RMB), 2 elsewhere (USD).

    `main` makes it a sub-account. `forbidden` names calls (last part of the path) that answer 403.
    """

    access_id: str = "AKIDsimulatorDemoEXAMPLE"
    access_key: str = field(default="key-of-the-demo-EXAMPLE", repr=False)
    user_id: int = 10001136
    user_name: str = "rayvision"
    platform: int = 2
    zone: int = 1
    balance: float = 1000.0
    coupon: float = 0.0
    credit: float = 0.0
    arrears: float = 0.0
    cpu_price: float = 0.67
    gpu_price: float = 20.0
    main: Account | None = None
    share_main_capital: bool = False
    use_main_balance: bool = False
    sub_delete_task: bool = False
    hide_balance: bool = False
    hide_job_charge: bool = False
    download_disable: bool = False
    disabled: bool = False
    allowed_ips: frozenset[str] | None = None
    forbidden: set[str] = field(default_factory=set)
    config_bid: str = "30201"
    input_bid: str = "10201"
    output_bid: str = "20201"
    task_over_time_sec: int = 43200
    raysync_key: str = field(default="40d59041", repr=False)
    projects: dict[str, int] = field(default_factory=lambda: {"Project1": 3671})
    environments: list[Environment] = field(default_factory=list)

    @property
    def purse(self) -> Account:
        """Whose money it spends."""
        return self.main if self.main is not None and self.use_main_balance else self

    @property
    def shares(self) -> bool:
        """Does it use the main account's assets?"""
        return self.main is not None and self.share_main_capital

    @property
    def asset_place(self) -> tuple[str, int]:
        """(bid, user id) below which its assets are stored."""
        if self.main is not None and self.share_main_capital:
            return self.main.input_bid, self.main.user_id
        return self.input_bid, self.user_id

    def charge(self, fee: float) -> tuple[float, float, float]:
        """Take a fee; what (balance, coupon, arrears) paid of it."""
        purse = self.purse
        coupon = min(purse.coupon, fee)
        paid = max(0.0, min(purse.balance + purse.credit, fee - coupon))
        owed = fee - coupon - paid
        purse.coupon -= coupon
        purse.balance -= paid
        purse.arrears += owed
        return round(paid, 6), round(coupon, 6), round(owed, 6)

    @property
    def broke(self) -> bool:
        """Is there nothing left to spend?"""
        purse = self.purse
        return purse.balance + purse.credit + purse.coupon <= 1e-9 or purse.arrears > 1e-9

    def top_up(self, amount: float) -> None:
        """Pay in; what is owed is settled first."""
        purse = self.purse
        settled = min(purse.arrears, amount)
        purse.arrears -= settled
        purse.balance += amount - settled

    def profile(self) -> dict[str, Any]:
        """queryUserProfile's answer, every documented key."""
        shown = 0.0 if self.hide_balance else round(self.purse.balance, 4)
        return {
            "userId": self.user_id,
            "userName": self.user_name,
            "platform": self.platform,
            "phone": "",
            "email": "",
            "company": "",
            "name": "",
            "job": "",
            "communicationNumber": "",
            "softType": 2000,
            "softStatus": 1,
            "businessType": 1,
            "status": 1,
            "infoStatus": 0,
            "accountType": 1 if self.main is None else 2,
            "userType": 1,
            "mainUserId": 0 if self.main is None else self.main.user_id,
            "level": 49,
            "pictureLever": None,
            "zone": self.zone,
            "rmbbalance": shown if self.zone == 1 else 0,
            "usdbalance": shown if self.zone == 2 else 0,
            "rmbCumulative": 0,
            "usdCumulative": 0,
            "credit": self.credit,
            "coupon": round(self.purse.coupon, 4),
            "description": "",
            "country": "",
            "city": "",
            "address": "",
            "cpuPrice": self.cpu_price,
            "gpuPrice": self.gpu_price,
            "shareMainCapital": int(self.share_main_capital),
            "subDeleteTask": int(self.sub_delete_task),
            "useMainBalance": int(self.use_main_balance),
            "hideBalance": int(self.hide_balance),
            "hideJobCharge": int(self.hide_job_charge),
            "useLevelDirectory": 1,
            "downloadDisable": int(self.download_disable),
            "displaySubaccount": 1,
            "subaccountLimits": 5,
            "houdiniFlag": 0,
            "c4dFlag": 0,
            "blenderFlag": 0,
            "keyshotFlag": 0,
            "studentEndTime": None,
        }

    def preferences(self, dialect: str) -> dict[str, Any]:
        """queryUserSetting's answer."""
        settings = {
            "infoStatus": None,
            "accountType": None,
            "shareMainCapital": int(self.share_main_capital),
            "subDeleteTask": int(self.sub_delete_task),
            "useMainBalance": int(self.use_main_balance),
            "singleNodeRenderFrames": "1",
            "maxIgnoreMapFlag": "1",
            "autoCommit": "2",
            "separateAccountFlag": 0,
            "mifileSwitchFlag": 0,
            "assfileSwitchFlag": 0,
            "manuallyStartAnalysisFlag": 0,
            "downloadDisable": int(self.download_disable),
            "taskOverTime": self.task_over_time_sec // 3600,
        }
        return settings if dialect == "v3" else {**settings, "taskOverTimeSec": self.task_over_time_sec}
