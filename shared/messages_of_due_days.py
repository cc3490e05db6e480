"""What is said of the day on which a case is due: each step on the way to it, and how it stands."""

from collections.abc import Mapping

from shared.language import Text

DUE_DAYS: Mapping[str, Text] = {
    "why_received": {"vi": "Tiếp nhận hồ sơ", "en": "The case was received"},
    "why_received_at": {
        "vi": "Tiếp nhận hồ sơ lúc {time}",
        "en": "The case was received at {time}",
    },
    "why_after_hours": {
        "vi": "Tiếp nhận từ {closes_at} trở đi nên tính từ ngày làm việc tiếp theo",
        "en": "Received at {closes_at} or later, so that it counts from the next working day",
    },
    "why_same_day": {
        "vi": "Trả kết quả trong ngày{basis}",
        "en": "The result is due on the same day{basis}",
    },
    "why_working_days": {
        "vi": "Thời hạn {days} ngày làm việc, không kể ngày tiếp nhận{basis}",
        "en": "{days} working days, without the day of receipt{basis}",
    },
    "why_calendar_days": {
        "vi": "Thời hạn {days} ngày, không kể ngày tiếp nhận; hết hạn vào ngày nghỉ thì đến ngày làm việc tiếp theo{basis}",
        "en": "{days} days, without the day of receipt; an end on a day off moves to the next working day{basis}",
    },
    "why_practice": {
        "vi": "Thời hạn này theo thông lệ, căn cứ pháp lý chưa được đối chiếu",
        "en": "This time is usual practice; its basis in law is not yet checked",
    },
    "why_days_off": {"vi": "Không tính ngày nghỉ: {days}", "en": "Days off in between: {days}"},
    "why_accepted": {
        "vi": "Thụ lý ngày {day}: thời hạn giải quyết tính từ ngày này",
        "en": "Accepted on {day}, from which its time runs",
    },
    "why_sort_by": {
        "vi": "Chờ phân loại, xử lý đơn, hạn {by} ({basis})",
        "en": "To be sorted by {by} ({basis})",
    },
    "why_not_sorted": {
        "vi": "Chưa phân loại, xử lý đơn; đã quá hạn {by} ({basis})",
        "en": "Not sorted yet, though it was to be by {by} ({basis})",
    },
    "why_sorted": {
        "vi": "Phân loại, xử lý đơn đúng hạn (hạn {by}; {basis})",
        "en": "Sorted in time (by {by}; {basis})",
    },
    "why_sorted_late": {
        "vi": "Phân loại, xử lý đơn quá hạn (hạn {by}; {basis})",
        "en": "Sorted late (it was to be by {by}; {basis})",
    },
    "why_reopened": {
        "vi": "Đã kết thúc ngày {since}, mở lại ngày {until}: thời gian ở giữa không tính vào thời hạn",
        "en": "Closed on {since} and opened again on {until}: the days in between do not count",
    },
    "why_extended": {"vi": "Gia hạn {days} ngày", "en": "Extended by {days} days"},
    "why_paused": {
        "vi": "Chờ bổ sung hồ sơ từ {since} đến trước {until}: {days} ngày không tính vào thời hạn",
        "en": "Waited for the applicant from {since} until {until}: {days} days that do not count",
    },
    "why_waits": {
        "vi": "Đang chờ bổ sung hồ sơ từ {since}: tạm dừng tính thời hạn",
        "en": "Waits for the applicant since {since}: the clock stands still",
    },
    "why_stated": {
        "vi": "Ngày hẹn trả do bộ phận ấn định; theo quy định là {lawful}",
        "en": "The department named this day; the law's would be {lawful}",
    },
    "why_reappointed": {
        "vi": "Đã gửi phiếu xin lỗi, hẹn lại ngày {day}; hồ sơ vẫn tính hạn cũ",
        "en": "A letter of apology named {day}; the case is still measured by its due day",
    },
    "why_early": {
        "vi": "Đã giải quyết trước hạn (hạn {due_on})",
        "en": "Resolved early (due {due_on})",
    },
    "why_on_time": {"vi": "Đã giải quyết đúng hạn", "en": "Resolved on time"},
    "why_late": {
        "vi": "Đã giải quyết quá hạn (hạn {due_on})",
        "en": "Resolved late (due {due_on})",
    },
    "why_refused": {"vi": "Đã từ chối giải quyết", "en": "Refused"},
    "why_passed_on": {
        "vi": "Đã chuyển đơn đến cơ quan có thẩm quyền",
        "en": "Passed on to the authority that is competent",
    },
    "why_guided": {
        "vi": "Đã hướng dẫn người gửi đơn đến cơ quan có thẩm quyền",
        "en": "Its writer was guided to the authority that is competent",
    },
    "why_filed": {"vi": "Đã lưu đơn, không thụ lý", "en": "Filed without action"},
    "why_withdrawn": {"vi": "Người nộp đã rút hồ sơ", "en": "Withdrawn by its applicant"},
    "why_within": {
        "vi": "Đang giải quyết, trong hạn (hạn {due_on})",
        "en": "Open and within its time (due {due_on})",
    },
    "why_overdue": {
        "vi": "Đang giải quyết, quá hạn {days} ngày",
        "en": "Open and overdue by {days} days",
    },
}
