"""利用目的 and 利用内容: for which affairs a number may be held, and for which it is used just now.

Consent never widens a purpose (law.md 0-4): a use outside the purposes a number was taken for is refused.
Law: 番号法9条4項 (個人番号関係事務), 個人情報保護法17条・18条 as read by 番号法30条2項.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """利用目的 a number was taken for."""

    EMPLOYMENT_INSURANCE = "EMPLOYMENT_INSURANCE"
    HEALTH_PENSION = "HEALTH_PENSION"
    TAX = "TAX"
    CATEGORY3 = "CATEGORY3"
    WORKERS_COMPENSATION = "WORKERS_COMPENSATION"


PURPOSE_LABELS = {
    Purpose.EMPLOYMENT_INSURANCE: "雇用保険の届出",
    Purpose.HEALTH_PENSION: "健康保険・厚生年金保険の届出",
    Purpose.TAX: "扶養控除等申告書・源泉徴収票の作成",
    Purpose.CATEGORY3: "国民年金第3号被保険者の届出",
    Purpose.WORKERS_COMPENSATION: "労災保険の請求の手続き",
}

DEFAULT_PURPOSES = (Purpose.EMPLOYMENT_INSURANCE, Purpose.HEALTH_PENSION, Purpose.TAX)


@dataclass(frozen=True, slots=True)
class Use:
    """利用内容: one piece of work in which a number is used, under the purpose it belongs to."""

    code: str
    label: str
    purpose: Purpose
    submitted_to: str


USES = (
    Use("ei_acquisition", "雇用保険 資格取得届の作成", Purpose.EMPLOYMENT_INSURANCE, "公共職業安定所"),
    Use("ei_loss", "雇用保険 資格喪失届の作成", Purpose.EMPLOYMENT_INSURANCE, "公共職業安定所"),
    Use("ei_number", "雇用保険 個人番号登録・変更届の作成", Purpose.EMPLOYMENT_INSURANCE, "公共職業安定所"),
    Use("ei_benefit", "雇用保険 給付の支給申請書の作成", Purpose.EMPLOYMENT_INSURANCE, "公共職業安定所"),
    Use("hp_acquisition", "健保・厚年 資格取得届の作成", Purpose.HEALTH_PENSION, "年金事務所・健康保険組合"),
    Use("hp_loss", "健保・厚年 資格喪失届の作成", Purpose.HEALTH_PENSION, "年金事務所・健康保険組合"),
    Use("hp_dependant", "健保 被扶養者（異動）届の作成", Purpose.HEALTH_PENSION, "年金事務所・健康保険組合"),
    Use("np_category3", "国民年金 第3号被保険者関係届の作成", Purpose.CATEGORY3, "年金事務所"),
    Use("tax_exemption", "扶養控除等申告書の確認", Purpose.TAX, "税務署・市町村"),
    Use("tax_withholding", "源泉徴収票・給与支払報告書の作成", Purpose.TAX, "税務署・市町村"),
    Use("wc_claim", "労災保険 給付請求書の作成", Purpose.WORKERS_COMPENSATION, "労働基準監督署"),
)
USES_BY_CODE = {use.code: use for use in USES}


def purposes_for(chosen: Iterable[Purpose], *, is_employee: bool) -> tuple[Purpose, ...]:
    """Narrow the purposes chosen for a sheet to those that fit one person.

    雇用保険 and 労災保険 concern the worker alone, 第3号 concerns a spouse and never the employee. Law: 雇用保険法4条,
    国民年金法7条1項3号.
    """
    own = {Purpose.EMPLOYMENT_INSURANCE, Purpose.WORKERS_COMPENSATION}
    others = {Purpose.CATEGORY3}
    unfit = others if is_employee else own
    return tuple(sorted(set(chosen) - unfit))
