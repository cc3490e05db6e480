"""What is said of cases where a command is refused; why one is due is in messages_of_due_days."""

from collections.abc import Mapping

from shared.language import Text

CASES: Mapping[str, Text] = {
    "unknown_case": {"vi": "không có hồ sơ này", "en": "there is no such case"},
    "wall_clock": {
        "vi": "là giờ Việt Nam, ghi như 09:30, không kèm múi giờ",
        "en": "must be a time of Việt Nam such as 09:30, without a zone",
    },
    "later_than_now": {
        "vi": "không được sau giờ hiện tại {now}",
        "en": "must not be after {now}, the present time",
    },
    "unknown_code": {
        "vi": "không phải mã hồ sơ; mã có 12 ký tự như 06H0-8K2X-9DQF",
        "en": "is not the code of a case, which has 12 characters such as 06H0-8K2X-9DQF",
    },
    "unknown_place": {
        "vi": "không phải chỗ tiếp theo của một kết quả tìm; hãy dùng nguyên địa chỉ next",
        "en": "is not the place after a page of this search; use the address in next as it is",
    },
    "case_closed": {
        "vi": "hồ sơ không còn đang giải quyết (trạng thái: {state})",
        "en": "the case is no longer open (it is {state})",
    },
    "case_cancelled": {"vi": "hồ sơ đã bị hủy", "en": "the case was cancelled"},
    "not_closed": {
        "vi": "hồ sơ đang giải quyết nên chưa có ngày kết thúc",
        "en": "an open case has no closing day to correct",
    },
    "nothing_changes": {
        "vi": "nội dung đính chính không khác nội dung đã ghi",
        "en": "the correction changes nothing",
    },
    "field_required_here": {
        "vi": "bắt buộc đối với thủ tục {procedure}",
        "en": "is required for procedure {procedure}",
    },
    "no_neighbourhood": {
        "vi": "phải ghi loại và số, như tdp-3 (tổ dân phố), kp-12 (khu phố), kdc-1, thon-7",
        "en": "must be a kind and a number, such as tdp-3, kp-12, kdc-1 or thon-7",
    },
    "own_desk_only": {
        "vi": "trước ngày {since} hồ sơ do chính đơn vị có thẩm quyền tiếp nhận",
        "en": "before {since} a case was received by the unit whose case it is",
    },
    "other_province": {
        "vi": "phải là đơn vị thuộc {province}, như đơn vị có thẩm quyền giải quyết",
        "en": "must be a unit of {province}, as the unit whose case it is",
    },
    "field_not_of_this": {
        "vi": "không áp dụng cho thủ tục {procedure}",
        "en": "does not belong to procedure {procedure}",
    },
    "act_cannot_change": {
        "vi": "hồ sơ đã giải quyết không đổi được sang thủ tục có kết quả khác loại; hãy hủy và nhập lại",
        "en": "a resolved case cannot become a procedure with another kind of act; cancel it and enter it again",
    },
    "after_closing": {
        "vi": "không được sau ngày giải quyết {closed_on}",
        "en": "must not be after the day of the act, {closed_on}",
    },
    "procedure_not_in_use": {
        "vi": "thủ tục {procedure} không áp dụng vào ngày {day}",
        "en": "procedure {procedure} was not in use on {day}",
    },
    # The clock of a case.
    "case_paused": {
        "vi": "hồ sơ đang chờ bổ sung từ ngày {since}; hãy ghi nhận việc bổ sung trước",
        "en": "the case waits for its applicant since {since}; record first that the file was supplemented",
    },
    "case_not_paused": {
        "vi": "hồ sơ không chờ bổ sung",
        "en": "the case does not wait for its applicant",
    },
    "before_pause": {
        "vi": "không được trước ngày yêu cầu bổ sung {since}",
        "en": "must not be before the day of the request to supplement, {since}",
    },
    "before_resumption": {
        "vi": "không được trước ngày đã bổ sung hồ sơ {until}",
        "en": "must not be before the day on which the file was supplemented, {until}",
    },
    "before_step": {
        "vi": "không được trước ngày {day} của bước đã ghi",
        "en": "must not be before {day}, the day of a step that is recorded already",
    },
    "after_step": {
        "vi": "không được sau ngày {day} của bước đã ghi",
        "en": "must not be after {day}, the day of a step that is recorded already",
    },
    "no_extension": {
        "vi": "pháp luật không cho gia hạn thủ tục {procedure}; khi trễ hạn, hãy gửi phiếu xin lỗi và hẹn lại ngày trả kết quả",
        "en": "the law lets procedure {procedure} not be extended; when it is late, send a letter of apology with a new day",
    },
    "extension_too_long": {
        "vi": "mỗi lần gia hạn không quá {days} ngày ({basis})",
        "en": "each extension has at most {days} days ({basis})",
    },
    "extended_already": {
        "vi": "đã gia hạn đủ {times} lần cho phép ({basis})",
        "en": "was extended {times} times, which is all that is allowed ({basis})",
    },
    "after_due": {
        "vi": "chỉ gia hạn khi còn hạn; hồ sơ đã hết hạn ngày {due_on}",
        "en": "only a case within its time is extended; this one was due on {due_on}",
    },
    "reappointed_already": {
        "vi": "chỉ được hẹn lại một lần; đã hẹn lại ngày {day}",
        "en": "a new day is named once only; it is {day}",
    },
    "not_after_due": {
        "vi": "phải sau ngày hẹn trả kết quả {due_on} và sau hôm nay {today}",
        "en": "must be after the due day {due_on} and after today, {today}",
    },
    "day_off": {"vi": "là ngày nghỉ: {reason}", "en": "is a day off: {reason}"},
    # Sorting of petitions, mediation, reopening.
    "no_sorting": {
        "vi": "thủ tục {procedure} không qua bước phân loại, xử lý đơn",
        "en": "cases of procedure {procedure} are not sorted",
    },
    "sorted_already": {
        "vi": "đơn đã được phân loại, xử lý",
        "en": "the petition was sorted already",
    },
    "authority_missing": {
        "vi": "chuyển đơn thì phải ghi cơ quan tiếp nhận",
        "en": "a petition that is passed on needs the authority that gets it",
    },
    "not_passed_on": {
        "vi": "chỉ ghi cơ quan tiếp nhận khi chuyển đơn",
        "en": "only a petition that is passed on has an authority that gets it",
    },
    "unknown_authority": {
        "vi": "cơ quan tiếp nhận không có trong danh mục: {known}",
        "en": "must be one of the authorities {known}",
    },
    "no_mediation": {
        "vi": "thủ tục {procedure} không có phiên hòa giải",
        "en": "cases of procedure {procedure} are not mediated",
    },
    "reconciled_already": {
        "vi": "phiên ngày {day} đã hòa giải thành; hãy kết thúc hồ sơ",
        "en": "the session of {day} reconciled the parties; conclude the case",
    },
    "unknown_team": {
        "vi": "tổ hòa giải không có trong danh mục của đơn vị: {known}",
        "en": "must be one of the unit's mediation teams: {known}",
    },
    "no_teams": {
        "vi": "{unit} chưa có danh mục tổ hòa giải; hãy bổ sung danh mục (lists.toml)",
        "en": "unit {unit} has no list of mediation teams; add it (lists.toml)",
    },
    "case_open": {
        "vi": "hồ sơ đang giải quyết, không cần mở lại",
        "en": "the case is open and need not be opened again",
    },
    "before_closing": {
        "vi": "không được trước ngày kết thúc hồ sơ {closed_on}",
        "en": "must not be before {closed_on}, the day on which the case was closed",
    },
}
