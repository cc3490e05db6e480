"""Whether a Word file has the form of Nghị định 30/2020/NĐ-CP, if a program can tell. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.reporting.issuing import form_rules
from services.reporting.issuing.printed import Printed
from shared.refusal import Refused

_LAW = "Nghị định 30/2020/NĐ-CP"


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule of the law that a document does not keep: where it stands, what it says."""

    place: str
    says: str

    def __str__(self) -> str:
        """Return it as it is cited."""
        return f"{_LAW}, {self.place}: {self.says}"


def broken_rules(docx: bytes) -> tuple[BrokenRule, ...]:
    """Return the rules that a report or letter breaks, as issued or with its blanks; none is well.

    How long the rules under lines are and how lines break only a printer knows.
    """
    printed = Printed(docx)
    return tuple(BrokenRule(place, says) for place, says, holds in _RULES if not holds(printed))


def refuse_unlawful(docx: bytes) -> None:
    """Refuse a form that breaks the law, with every rule that it breaks."""
    if broken := broken_rules(docx):
        raise Refused("form_unlawful", "action", status=409, rules="; ".join(map(str, broken)))


_RULES: Sequence[tuple[str, str, Callable[[Printed], bool]]] = (
    ("Điều 8 khoản 2", "các thành phần thể thức đứng theo đúng thứ tự", form_rules.order),
    ("Phụ lục I, Phần I, mục I.1", "khổ giấy A4, 210 mm x 297 mm", form_rules.paper),
    (
        "Phụ lục I, Phần I, mục I.3",
        "cách mép trên và mép dưới 20-25 mm, mép trái 30-35 mm, mép phải 15-20 mm",
        form_rules.margins,
    ),
    ("Phụ lục I, Phần I, mục I.4", "phông chữ Times New Roman, màu đen", form_rules.face),
    (
        "Phụ lục I, Phần I, mục I.7",
        "số trang đứng, cỡ chữ 13-14, giữa lề trên, không hiển thị ở trang thứ nhất",
        form_rules.page_numbers,
    ),
    (
        "Phụ lục I, Phần I, mục II.1",
        "Quốc hiệu in hoa cỡ chữ 12-13, Tiêu ngữ cỡ chữ 13-14, đứng, đậm, canh giữa, có đường kẻ",
        form_rules.country,
    ),
    (
        "Phụ lục I, Phần I, mục II.2",
        "tên cơ quan in hoa, cỡ chữ 12-13, đứng; cơ quan ban hành đậm, phía dưới có đường kẻ",
        form_rules.issuer,
    ),
    (
        "Phụ lục I, Phần I, mục II.3",
        "số, ký hiệu cỡ chữ 13, đứng, canh giữa; số nhỏ hơn 10 có số 0 phía trước",
        form_rules.number,
    ),
    (
        "Phụ lục I, Phần I, mục II.4",
        "địa danh ghi đầy đủ, thời gian, cỡ chữ 13-14, nghiêng; ngày dưới 10, tháng 1, 2 có số 0",
        form_rules.day,
    ),
    (
        "Phụ lục I, Phần I, mục II.5",
        "tên loại, trích yếu cỡ chữ 13-14, đứng, đậm, canh giữa, có đường kẻ; công văn: V/v 12-13",
        form_rules.title,
    ),
    (
        "Phụ lục I, Phần I, mục II.6đ",
        "tiêu đề cỡ chữ 13-14, đứng, đậm; phần đánh số La Mã, tiêu đề của phần in hoa, canh giữa",
        form_rules.headings,
    ),
    (
        "Phụ lục I, Phần I, mục II.6e",
        "cỡ chữ 13-14, đứng, canh đều, lùi đầu dòng 1 - 1,27 cm, đoạn cách 6pt, dòng đơn đến 1,5",
        form_rules.body,
    ),
    (
        "Phụ lục I, Phần I, mục II.7",
        "quyền hạn (TM., Q., KT., TL., TUQ.), chức vụ in hoa, họ tên không học vị, 13-14, đậm",
        form_rules.signature,
    ),
    (
        "Phụ lục I, Phần I, mục II.9",
        "Nơi nhận cỡ chữ 12, nghiêng, đậm; danh sách 11, cuối Lưu: VT; Kính gửi thì Như trên",
        form_rules.recipients,
    ),
    (
        "Phụ lục I, Phần III, mục 1",
        "phụ lục có số thứ tự La Mã, cỡ chữ 14, đậm, dòng Kèm theo nghiêng, số trang riêng",
        form_rules.annexes,
    ),
    ("Phụ lục III, mẫu 1.4, 1.5", "hết nội dung có dấu ./.", form_rules.end),
)
