"""What a refusal of the returns service says, by rule, in both languages."""

from collections.abc import Mapping

from shared.language import Text

RETURNS: Mapping[str, Text] = {
    "unknown_form": {
        "vi": "không có biểu mẫu này; các biểu mẫu: {known}",
        "en": "there is no such form; the forms are {known}",
    },
    "line_not_of_form": {
        "vi": "không phải là chỉ tiêu của biểu {form}; các chỉ tiêu: {known}",
        "en": "is not a line of form {form}, which has {known}",
    },
    "line_twice": {
        "vi": "chỉ tiêu {indicator} được khai hai lần",
        "en": "line {indicator} is declared twice",
    },
    "amount_or_absence": {
        "vi": "chỉ khai một trong ba: số liệu, nội dung bằng chữ hoặc lý do không có",
        "en": "declare one of these: an amount, a text, or why there is neither",
    },
    "amount_in_parts": {
        "vi": "số thập phân, cận trên và từ chỉ mức độ chỉ đi kèm số liệu là số nguyên",
        "en": "decimals, upper and qualifier belong to an amount that is a whole number",
    },
    "not_a_quantity": {
        "vi": "không phải là số liệu; ghi như 4.100 hoặc 9,3 hoặc trên 95 hoặc khoảng 4.100 hoặc 60 - 65",
        "en": "is not a number such as 4.100 or 9,3 or trên 95 or khoảng 4.100 or 60 - 65",
    },
    "percent_elsewhere": {
        "vi": "chỉ tiêu này tính bằng {unit}, không ghi dấu %",
        "en": "is in {unit}: leave the percent sign out",
    },
    "negative": {
        "vi": "chỉ tiêu {indicator} không thể là số âm",
        "en": "line {indicator} cannot be negative",
    },
    "not_whole": {
        "vi": "số đếm ({unit}) phải là số nguyên; dấu chấm phân cách hàng nghìn, dấu phẩy trước phần lẻ: 4.100",
        "en": "a count ({unit}) must be whole; dots part thousands, a comma stands before decimals: 4.100",
    },
    "unprintable": {
        "vi": "không được chứa ký tự điều khiển {code}",
        "en": "must not contain the control character {code}",
    },
    "line_is_number": {
        "vi": "chỉ tiêu {indicator} khai bằng số, không khai bằng chữ",
        "en": "line {indicator} is declared as a number, not in words",
    },
    "line_is_text": {
        "vi": "chỉ tiêu {indicator} khai bằng chữ, không khai bằng số",
        "en": "line {indicator} is declared in words, not as a number",
    },
    "not_a_target": {
        "vi": "chỉ tiêu {indicator} không phải là mục tiêu nên không có thời hạn",
        "en": "line {indicator} is no target and has no day by which it is to be reached",
    },
    "dimension_missing": {
        "vi": "phải ghi rõ {dimension} của chỉ tiêu {indicator}",
        "en": "say of which {dimension} line {indicator} is",
    },
    "dimension_unknown": {
        "vi": "chỉ tiêu {indicator} không khai theo {dimension}",
        "en": "line {indicator} is not declared by {dimension}",
    },
    "slot_broken": {
        "vi": "chỗ chèn số liệu không đúng: {reason}",
        "en": "a place for a figure is not in order: {reason}",
    },
    "number_typed": {
        "vi": "số “{word}” phải được chèn từ chỉ tiêu, viết như {{budget.revenue_actual}}, không gõ trực tiếp",
        "en": "insert “{word}” as a figure, such as {{budget.revenue_actual}}; it must not be typed",
    },
    "nothing_declared": {
        "vi": "biểu chưa có số liệu nào; biểu trống không phải là số 0",
        "en": "no line is filled in; an empty form is not a zero",
    },
    "figures_or_draft": {
        "vi": "gửi kèm số liệu hoặc ghi phiên bản bản nháp, không gửi cả hai",
        "en": "submit either figures or a version of the draft, not both",
    },
    "draft_changed": {
        "vi": "bản nháp không còn ở phiên bản đã đọc; hãy đọc lại rồi mới ghi",
        "en": "the draft is not in the version that was read; read it again",
    },
    "unknown_draft": {"vi": "không có bản nháp này", "en": "there is no such draft"},
    "return_exists": {
        "vi": "biểu này đã được tiếp nhận cho kỳ đó; hãy gửi đính chính",
        "en": "this form was already accepted for the period; send a correction",
    },
    "unknown_return": {"vi": "không có biểu này", "en": "there is no such return"},
    "already_submitted": {
        "vi": "biểu này đã được gửi với đúng số liệu đó",
        "en": "this form was already submitted with the same lines",
    },
    "not_submitted": {
        "vi": "biểu không ở trạng thái chờ tiếp nhận",
        "en": "the return is not waiting to be accepted",
    },
    "submitted_anew": {
        "vi": "biểu đã được gửi lại, hiện là phiên bản {sequence}; hãy đọc lại",
        "en": "the return was submitted anew and is now at version {sequence}; read it again",
    },
    "not_accepted": {
        "vi": "biểu chưa được tiếp nhận; hãy gửi lại thay vì đính chính",
        "en": "the return is not accepted yet; submit it anew instead of correcting it",
    },
    "not_a_period": {
        "vi": "không phải là kỳ của biểu này; kỳ gần nhất từ ngày {start} đến ngày {end}",
        "en": "is not a period of this form; the nearest one is from {start} to {end}",
    },
    "unknown_register": {
        "vi": "không có sổ này; các sổ: {known}",
        "en": "there is no such register; the registers are {known}",
    },
    "value_missing": {"vi": "sổ này bắt buộc ghi {name}", "en": "this register asks for {name}"},
    "value_unknown": {
        "vi": "sổ này không ghi {name}; các mục: {known}",
        "en": "this register has no {name}; it has {known}",
    },
    "value_not_listed": {
        "vi": "phải là một trong: {known}",
        "en": "must be one of {known}",
    },
    "unknown_entry": {"vi": "không có mục này trong sổ", "en": "there is no such entry"},
    "entry_cancelled": {"vi": "mục này đã bị hủy", "en": "the entry was cancelled"},
    "not_a_weight": {
        "vi": "không phải là tỷ lệ; ghi như 4512/6713 hoặc 0.62",
        "en": "is not a weight such as 4512/6713 or 0.62",
    },
    "not_from_above": {
        "vi": "việc chia tách, sáp nhập đơn vị hành chính do cấp trên của đơn vị ghi nhận",
        "en": "what became of a unit is told by an office above units, not by one of them",
    },
    "no_such_way": {
        "vi": "danh mục không ghi phần nào của {unit} nhập vào đơn vị này; các đơn vị: {known}",
        "en": "the lists know of nothing of {unit} that went there; it went into {known}",
    },
    "way_twice": {
        "vi": "{unit} được ghi hai lần",
        "en": "{unit} is told twice",
    },
    "ways_missing": {
        "vi": "thiếu các đơn vị mà đơn vị cũ đã nhập vào: {units}; nơi chỉ nhận đất thì ghi land",
        "en": "leaves out {units}, where the unit went too; say land of what took area alone",
    },
    "weight_of_part": {
        "vi": "phần dân cư (part) phải có tỷ lệ; toàn bộ (whole) và chỉ đất (land) thì không ghi tỷ lệ",
        "en": "a part needs a weight, and neither the whole nor land alone has one",
    },
    "weight_out_of_range": {
        "vi": "tỷ lệ phải lớn hơn 0 và nhỏ hơn 1",
        "en": "must be more than 0 and less than 1",
    },
    "weights_do_not_add_up": {
        "vi": "các phần phải cộng lại thành 1, hiện là {whole}",
        "en": "the parts must add up to 1, not to {whole}",
    },
    "no_header": {
        "vi": "không tìm thấy dòng tiêu đề có cột “{code}” và “{amount}”; hãy dùng tệp mẫu của biểu",
        "en": "there is no heading row with “{code}” and “{amount}”; use the form's template",
    },
    "sheet_of_other_return": {
        "vi": "tệp này là của {found}, không phải của {wanted}",
        "en": "this file is of {found}, not of {wanted}",
    },
    "code_unknown": {
        "vi": "“{code}” không phải là mã chỉ tiêu",
        "en": "“{code}” is not the code of a line",
    },
    "code_missing": {
        "vi": "dòng có số liệu nhưng không có mã chỉ tiêu",
        "en": "the row has a value but no code of a line",
    },
}
