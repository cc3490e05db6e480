"""What a refusal says, by rule, in both languages. Words are an official's, not a machine's."""

from collections.abc import Mapping

from shared.language import Text
from shared.messages_of_access import ACCESS
from shared.messages_of_cases import CASES
from shared.messages_of_due_days import DUE_DAYS
from shared.messages_of_files import FILES
from shared.messages_of_permits import PERMITS
from shared.messages_of_registry import REGISTRY
from shared.messages_of_returns import RETURNS

TITLES: Mapping[int, Text] = {
    400: {"vi": "Yêu cầu không hợp lệ", "en": "Bad request"},
    401: {"vi": "Chưa xác định được người gửi", "en": "Who are you?"},
    403: {"vi": "Không có quyền thực hiện", "en": "Not allowed"},
    404: {"vi": "Không tìm thấy", "en": "Not found"},
    405: {"vi": "Cách gọi không được hỗ trợ", "en": "Method not allowed"},
    406: {"vi": "Không có dạng trình bày được yêu cầu", "en": "Not acceptable"},
    409: {"vi": "Mâu thuẫn với trạng thái hiện tại", "en": "Conflict with the present state"},
    412: {"vi": "Dữ liệu đã có người khác thay đổi", "en": "Somebody else changed it meanwhile"},
    413: {"vi": "Nội dung quá lớn", "en": "Too large"},
    415: {"vi": "Nội dung không đúng loại", "en": "Not that kind of content"},
    422: {"vi": "Dữ liệu không đúng quy định", "en": "The data break a rule"},
    429: {"vi": "Quá nhiều yêu cầu", "en": "Too many requests"},
    503: {"vi": "Dịch vụ tạm thời chưa sẵn sàng", "en": "Service not ready"},
}

_A_DAY: Text = {
    "vi": "phải là ngày dạng NNNN-TT-NN, ví dụ 2023-11-30",
    "en": "must be a date such as 2023-11-30",
}
_A_TIME: Text = {
    "vi": "phải là giờ dạng GG:PP, ví dụ 09:30",
    "en": "must be a time such as 09:30",
}

MESSAGES: Mapping[str, Text] = {
    # What the framework finds (keys are pydantic's error types).
    "missing": {"vi": "bắt buộc phải có", "en": "is required"},
    "extra_forbidden": {
        "vi": "không phải là trường của yêu cầu này",
        "en": "is not a field of this request",
    },
    "json_invalid": {
        "vi": "nội dung không phải là JSON: {error}",
        "en": "the body is not JSON: {error}",
    },
    "enum": {"vi": "phải là một trong: {expected}", "en": "must be one of {expected}"},
    "literal_error": {"vi": "phải là một trong: {expected}", "en": "must be one of {expected}"},
    "uuid_parsing": {"vi": "không phải là mã định danh UUID", "en": "is not a UUID"},
    "date_from_datetime_parsing": _A_DAY,
    "date_parsing": _A_DAY,
    "date_from_datetime_inexact": _A_DAY,
    "time_parsing": _A_TIME,
    "time_type": _A_TIME,
    "date_type": _A_DAY,
    "model_attributes_type": {
        "vi": "phải là một đối tượng JSON, gửi với Content-Type: application/json",
        "en": "must be a JSON object, sent as Content-Type: application/json",
    },
    "mapping_type": {"vi": "phải là một đối tượng JSON", "en": "must be a JSON object"},
    "is_instance_of": {"vi": "phải là một danh sách JSON", "en": "must be a JSON array"},
    "sequence_str": {"vi": "phải là một danh sách JSON", "en": "must be a JSON array"},
    "too_long": {
        "vi": "nhiều nhất {max_length} mục",
        "en": "must have at most {max_length} entries",
    },
    "bool_parsing": {"vi": "phải là true hoặc false", "en": "must be true or false"},
    "int_parsing": {"vi": "phải là số nguyên", "en": "must be a whole number"},
    "int_type": {"vi": "phải là số nguyên", "en": "must be a whole number"},
    "int_from_float": {"vi": "phải là số nguyên", "en": "must be a whole number"},
    "string_type": {"vi": "phải là chuỗi ký tự", "en": "must be a text"},
    "nul": {"vi": "không được chứa ký tự NUL", "en": "must not contain the character NUL"},
    "string_too_long": {
        "vi": "dài nhất {max_length} ký tự",
        "en": "at most {max_length} characters",
    },
    "string_too_short": {
        "vi": "phải có ít nhất {min_length} ký tự",
        "en": "must have at least {min_length} characters",
    },
    "string_pattern_mismatch": {
        "vi": "phải viết theo mẫu {pattern}",
        "en": "must have the form {pattern}",
    },
    "too_short": {
        "vi": "phải có ít nhất {min_length} mục",
        "en": "must have at least {min_length} entries",
    },
    "greater_than_equal": {"vi": "không được nhỏ hơn {ge}", "en": "must be at least {ge}"},
    "less_than_equal": {"vi": "không được lớn hơn {le}", "en": "must be at most {le}"},
    "invalid": {"vi": "không đúng dạng ({reason})", "en": "is not valid: {reason}"},
    # What HTTP finds.
    "unknown_parameter": {
        "vi": "địa chỉ này không có tham số đó; các tham số: {known}",
        "en": "is not a parameter of this address, which has {known}",
    },
    "no_form": {
        "vi": "phải là nội dung của một biểu mẫu trên trang, loại {kind}",
        "en": "must be what a form of a page sends, of type {kind}",
    },
    "told_twice": {"vi": "có trường được gửi hai lần", "en": "a field was sent twice"},
    "bad_request": {"vi": "yêu cầu không đọc được", "en": "the request cannot be read"},
    "not_found": {"vi": "địa chỉ này không có", "en": "there is nothing at this address"},
    "method_not_allowed": {
        "vi": "địa chỉ này không nhận cách gọi đó",
        "en": "this address does not take that method",
    },
    "not_acceptable": {"vi": "chỉ có các dạng: {forms}", "en": "the forms are {forms}"},
    "database_away": {
        "vi": "cơ sở dữ liệu tạm thời không ghi hoặc đọc được; hãy gửi lại sau, với cùng Idempotency-Key",
        "en": "the database cannot be written or read now; send it again, with the same Idempotency-Key",
    },
    # Who may do what, and once only.
    "key_reused": {
        "vi": "khóa này đã dùng cho một yêu cầu khác; mỗi yêu cầu cần một khóa riêng",
        "en": "this key was used for another request; give each request a key of its own",
    },
    "key_too_long": {"vi": "khóa dài từ 1 đến 200 ký tự", "en": "the key has 1 to 200 characters"},
    # Units, procedures, days.
    "unknown_unit": {
        "vi": "không có đơn vị hành chính {unit}",
        "en": "there is no administrative unit {unit}",
    },
    "unit_not_in_force": {
        "vi": "đơn vị hành chính {unit} không hoạt động vào ngày {day}",
        "en": "administrative unit {unit} was not in force on {day}",
    },
    "unknown_procedure": {
        "vi": "không phải là thủ tục của bộ phận này; các thủ tục: {known}",
        "en": "is not a procedure of this department, which are {known}",
    },
    "in_the_future": {
        "vi": "không được sau ngày {today}",
        "en": "must not be after {today}",
    },
    "too_old": {"vi": "không được trước ngày {earliest}", "en": "must not be before {earliest}"},
    "too_late": {"vi": "không được sau ngày {latest}", "en": "must not be after {latest}"},
    "before_received": {
        "vi": "không được trước ngày tiếp nhận {received_on}",
        "en": "must not be before the day of receipt {received_on}",
    },
    "period_backwards": {
        "vi": "ngày cuối kỳ không được trước ngày đầu kỳ {start}",
        "en": "the period must not end before it begins on {start}",
    },
    "unknown_period_kind": {
        "vi": "phải là một trong: {known}",
        "en": "must be one of {known}",
    },
    "no_such_period": {
        "vi": "trong một năm loại kỳ này có các kỳ từ 1 đến {most}",
        "en": "this kind has periods from 1 to {most} in a year",
    },
    "recorded_backwards": {
        "vi": "không được trước ngày ghi nhận bước trước {previous}",
        "en": "must not be before the recording day of the step before, {previous}",
    },
    **CASES,
    **DUE_DAYS,
    **PERMITS,
    **REGISTRY,
    # Visits, schedules.
    "unknown_record": {"vi": "không có nội dung này", "en": "there is no such record"},
    "unknown_visit": {"vi": "không có lượt tiếp công dân này", "en": "there is no such visit"},
    "visit_cancelled": {"vi": "lượt tiếp công dân đã bị hủy", "en": "the visit was cancelled"},
    **RETURNS,
    **FILES,
    "not_folded": {
        "vi": "báo cáo chưa ghi nhận bước nào của hồ sơ này",
        "en": "no step of this case has reached the totals",
    },
    "unknown_figure": {
        "vi": "báo cáo không có số liệu {figure}; hãy lấy mã từ mục figures của báo cáo JSON",
        "en": "the report has no figure {figure}; take its key from figures in the JSON report",
    },
    **ACCESS,
    # Documents and the people who issue them.
    "not_of_unit": {
        "vi": "chỉ được làm văn bản của đơn vị {unit}",
        "en": "documents of unit {unit} only",
    },
    "same_person": {
        "vi": "{person} đã làm một bước trước của văn bản này; bước này phải do người khác làm",
        "en": "{person} took an earlier step on this document; this one is for somebody else",
    },
    "wrong_state": {
        "vi": "văn bản đang ở trạng thái {state}; việc này chỉ làm được ở trạng thái: {states}",
        "en": "the document is {state}; this can be done while it is {states}",
    },
    "moved_on": {
        "vi": "văn bản đã có bước khác kể từ khi trang được mở, nay ở trạng thái {state}; bước này chưa được thực hiện",
        "en": "the document has moved on since the page was opened, it is {state} now; this step was not taken",
    },
    "drew_another": {
        "vi": "trang này đã được dùng để lập một văn bản khác; hãy tải lại trang rồi lập dự thảo mới",
        "en": "another document was drawn from this page: load it again to draw a new one",
    },
    "content_changed": {
        "vi": "nội dung văn bản nay là {sha256}; hãy xem lại rồi mới làm bước này",
        "en": "the content is now {sha256}: look at it before this step",
    },
    "nothing_to_waive": {
        "vi": "không phải là nội dung đối chiếu sai còn chờ chấp nhận; đang chờ: {checks}",
        "en": "is not a broken check that waits to be waived; those are: {checks}",
    },
    "checks_broken": {
        "vi": "số liệu không khớp mà chưa được chấp nhận: {checks}",
        "en": "these checks are broken and not waived: {checks}",
    },
    "form_unlawful": {
        "vi": "thể thức văn bản không đúng: {rules}",
        "en": "the form of the document is not lawful: {rules}",
    },
    "number_backwards": {
        "vi": "không được trước ngày của số văn bản liền trước",
        "en": "must not be before the day of the number before",
    },
    "unknown_document": {"vi": "không có văn bản này", "en": "there is no such document"},
    "not_issued": {
        "vi": "chỉ đính chính hoặc thay thế báo cáo đang có hiệu lực; văn bản này đang ở trạng thái {state}",
        "en": "only a report in force is corrected or replaced; this document is {state}",
    },
    "before_replaced": {
        "vi": "không được trước ngày {as_of}: báo cáo được thay thế đã tính đến hết ngày đó",
        "en": "must not be before {as_of}: the report to be replaced tells what was known then",
    },
    "no_report": {
        "vi": "công văn không được so sánh, đính chính hay thay thế",
        "en": "a letter is not compared, corrected or replaced",
    },
    "replacement_exists": {
        "vi": "đã có văn bản thay thế văn bản này",
        "en": "there is a document already that replaces this one",
    },
    "draft_of_other": {
        "vi": "dự thảo này là của văn bản khác; hãy lập dự thảo mới",
        "en": "the draft is one of another document: draw a new one",
    },
}
