"""A hand-written source of figures: those of the model report of phường Trần Hưng Đạo."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from services.reporting.figure import Absence, Figure, Kind, Period
from services.reporting.report.model import ReportHeading, figure_key

type Value = int | Decimal | str | Absence

TERM_PERIOD = Period(start=date(2021, 6, 1), end=date(2023, 11, 30))
HEADING = ReportHeading(
    unit_id="tran-hung-dao",
    unit_code="10525",
    unit_name="Phường Trần Hưng Đạo",
    parent_name="Thành phố Hải Dương",
    period=TERM_PERIOD,
    as_of=date(2023, 12, 5),
)

_DOSSIERS = {
    "applications_received": ("Hồ sơ tiếp nhận", Kind.FLOW),
    "applications_carried_over": ("Hồ sơ từ kỳ trước chuyển sang", Kind.LEVEL),
    "applications_by_timeliness": ("Hồ sơ theo thời hạn", Kind.FLOW),
    "applications_resolved": ("Hồ sơ đã giải quyết", Kind.FLOW),
    "applications_open": ("Hồ sơ đang giải quyết", Kind.LEVEL),
    "applications_refused": ("Hồ sơ bị từ chối", Kind.FLOW),
    "applications_withdrawn": ("Hồ sơ do người nộp rút", Kind.FLOW),
}
_CASES = {
    "registry.signature_certifications": "Chứng thực chữ ký",
    "registry.electronic_certifications": "Chứng thực bản sao điện tử",
    "registry.copy_certifications": "Chứng thực bản sao từ bản chính",
    "registry.contract_certifications": "Chứng thực hợp đồng, giao dịch",
    "registry.births_registered": "Đăng ký khai sinh",
    "registry.marriages_registered": "Đăng ký kết hôn",
    "registry.deaths_registered": "Đăng ký khai tử",
    "registry.marital_status_confirmations": "Xác nhận tình trạng hôn nhân",
    "registry.civil_status_extracts": "Cấp bản sao trích lục hộ tịch",
    "registry.civil_status_changes": "Thay đổi, cải chính hộ tịch",
    "registry.guardianships": "Đăng ký giám hộ",
    "permits.construction_permit_files_completed": "Hồ sơ cấp phép xây dựng hoàn thiện",
    "permits.repair_applications_received": "Đơn đề nghị sửa chữa nhà ở, tường bao",
    "permits.construction_start_notices": "Thông báo khởi công",
    "permits.boundary_markings": "Định vị mốc giới",
    "land.land_files_completed": "Thủ tục đất đai hoàn thiện",
}
INDICATORS: Mapping[str, tuple[str, str, Kind]] = {
    **{f"registry.{name}": (label, "hồ sơ", kind) for name, (label, kind) in _DOSSIERS.items()},
    **{f"permits.{name}": (label, "hồ sơ", kind) for name, (label, kind) in _DOSSIERS.items()},
    **{name: (label, "trường hợp", Kind.FLOW) for name, label in _CASES.items()},
    "registry.resolved_on_time_share": ("Tỷ lệ trước và đúng hạn", "%", Kind.RATIO),
    "registry.overdue_share": ("Tỷ lệ quá hạn", "%", Kind.RATIO),
    "petitions.reception_day": ("Lịch tiếp công dân", "ngày trong tuần", Kind.TEXT),
    "petitions.visitors_received": ("Lượt công dân được tiếp", "lượt người", Kind.FLOW),
    "petitions.complaints_denunciations": ("Đơn khiếu nại, tố cáo", "đơn", Kind.FLOW),
    "petitions.petitions_received": ("Đơn kiến nghị, phản ánh", "đơn", Kind.FLOW),
    "petitions.mediation_requests": ("Đơn yêu cầu hòa giải", "đơn", Kind.FLOW),
    "budget.revenue_actual": ("Thu ngân sách nhà nước", "đồng", Kind.FLOW),
    "budget.revenue_plan": ("Kế hoạch thu ngân sách", "đồng", Kind.FLOW),
    "budget.revenue_plan_attainment": ("Mức thực hiện kế hoạch thu", "%", Kind.RATIO),
    "budget.expenditure_actual": ("Chi ngân sách", "đồng", Kind.FLOW),
}

_SPLITS = {
    "early": "Hồ sơ giải quyết trước hạn",
    "on_time": "Hồ sơ giải quyết đúng hạn",
    "late": "Hồ sơ giải quyết quá hạn",
    "within_deadline": "Hồ sơ đang giải quyết, trong hạn",
    "overdue": "Hồ sơ đang giải quyết, quá hạn",
    "reconciled": "Hòa giải thành",
    "not_reconciled": "Hòa giải không thành",
    "open": "Đang hòa giải",
}


def _dossiers(service: str, field: str, counts: str) -> dict[str, Value]:
    """Return a row of Biểu 06: online, direct, early, on time, within the deadline, withdrawn."""
    online, direct, early, on_time, within, withdrawn = map(int, counts.split())
    values = {
        "applications_received": online + direct,
        "applications_received?channel=online": online,
        "applications_received?channel=direct": direct,
        "applications_by_timeliness?timeliness=early": early,
        "applications_by_timeliness?timeliness=on_time": on_time,
        "applications_by_timeliness?timeliness=within_deadline": within,
        "applications_resolved": early + on_time,
        "applications_open": within,
        "applications_withdrawn": withdrawn,
    }
    return {_with_field(f"{service}.{key}", field): value for key, value in values.items()}


def _with_field(key: str, field: str) -> str:
    indicator, _, narrowing = key.partition("?")
    pairs = dict(pair.split("=") for pair in narrowing.split("&") if pair)
    return figure_key(indicator, pairs | ({"field": field} if field else {}))


def model_values() -> dict[str, Value]:
    """Return the known figures of the model report; every other count is zero."""
    return {
        **_dossiers("registry", "", "1183 2173 3288 31 2 35"),
        **_dossiers("registry", "civil_status", "220 479 690 6 1 2"),
        **_dossiers("registry", "certification", "963 1694 2598 25 1 33"),
        **_dossiers("permits", "", "100 57 150 7 0 0"),
        **_dossiers("permits", "construction", "40 25 60 5 0 0"),
        **_dossiers("permits", "land", "60 32 90 2 0 0"),
        "registry.signature_certifications": 154,
        "registry.electronic_certifications": 1516,
        "registry.copy_certifications": 950,
        "registry.births_registered": 302,
        "registry.marriages_registered": 72,
        "registry.deaths_registered": 128,
        "registry.marital_status_confirmations": 197,
        "registry.resolved_on_time_share": Decimal(100),
        "registry.overdue_share": Decimal(0),
        "permits.construction_permit_files_completed": 65,
        "permits.repair_applications_received": 24,
        "permits.construction_start_notices": 65,
        "permits.boundary_markings": 65,
        "land.land_files_completed": 92,
        "petitions.reception_day": "tuesday",
        "petitions.visitors_received": 8,
        "petitions.mediation_requests": 5,
        "petitions.mediation_requests?outcome=reconciled": 4,
        "petitions.mediation_requests?outcome=not_reconciled": 1,
        **_budget(2021, 4_729_000_000, 4_687_000_000, 8_837_105_265),
        **_budget(2022, 7_077_000_000, 4_351_000_000, 8_521_564_394),
        **_budget(2023, 6_046_000_000, 4_614_000_000, 5_598_736_000),
    }


def _budget(year: int, actual: int, plan: int, spent: int) -> dict[str, Value]:
    return {
        f"budget.revenue_actual?year={year}": actual,
        f"budget.revenue_plan?year={year}": plan,
        f"budget.revenue_plan_attainment?year={year}": Decimal(100 * actual) / plan,
        f"budget.expenditure_actual?year={year}": spent,
    }


class FixedFigures:
    """Figures from a dict; counts that are not in it are zero, budgets that are not are missing."""

    def __init__(self, changes: Mapping[str, Value] | None = None) -> None:
        self._values: Mapping[str, Value] = model_values() | dict(changes or {})

    def figure(
        self, indicator: str, dimensions: Mapping[str, str], period: Period | None = None
    ) -> Figure:
        """Return the figure of an indicator narrowed to `dimensions`."""
        label, unit, kind = INDICATORS[indicator]
        label = _SPLITS.get(dimensions.get("timeliness", dimensions.get("outcome", "")), label)
        value = self._values.get(figure_key(indicator, dimensions))
        if value is None:
            value = Absence.MISSING if indicator.startswith("budget.") else 0
        absent = isinstance(value, Absence)
        return Figure(
            indicator=indicator,
            dimensions=dimensions,
            label=label,
            unit_of_measure=unit,
            kind=kind,
            period=_year(dimensions["year"]) if "year" in dimensions else period or TERM_PERIOD,
            value=None if absent else value,
            absence=value if absent else None,
        )

    def values(self, indicator: str, dimension: str) -> list[str]:
        """Return the values of a dimension for which there is a figure."""
        if indicator not in INDICATORS:
            raise KeyError(indicator)
        prefix = f"{indicator}?{dimension}="
        return sorted(key.removeprefix(prefix) for key in self._values if prefix in key)


def _year(year: str) -> Period:
    return Period(start=date(int(year), 1, 1), end=min(date(int(year), 12, 31), TERM_PERIOD.end))
