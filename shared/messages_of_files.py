"""What a refusal of a file of cells says, by rule, in both languages."""

from collections.abc import Mapping

from shared.language import Text

FILES: Mapping[str, Text] = {
    "file_too_large": {
        "vi": "tệp không được lớn hơn {megabytes} MB",
        "en": "the file must not be larger than {megabytes} MB",
    },
    "sheet_too_large": {
        "vi": "bảng không được quá {rows} dòng, {columns} cột",
        "en": "the sheet must not have more than {rows} rows and {columns} columns",
    },
    "not_a_sheet": {
        "vi": "tệp không đọc được; hãy gửi tệp XLSX hoặc CSV (mã UTF-8)",
        "en": "the file cannot be read; send XLSX or CSV in UTF-8",
    },
    "cell_spilt": {
        "vi": "dòng có nhiều ô hơn dòng tiêu đề; số có dấu phẩy phải đặt trong ngoặc kép, hoặc dùng dấu chấm phẩy giữa các ô",
        "en": "the row has more cells than the heading row; quote a number that has a comma, or part the cells by semicolons",
    },
    "cell_error": {"vi": "ô báo lỗi {shown}", "en": "the cell shows the error {shown}"},
    "formula_without_value": {
        "vi": "công thức trong ô chưa có kết quả; hãy mở tệp, tính lại và lưu",
        "en": "the cell's formula has no result; open the file, recalculate and save it",
    },
    "cell_of_other_kind": {
        "vi": "ô chứa {shown}, không phải là số hay chữ; hãy định dạng ô là văn bản và gõ lại",
        "en": "the cell holds {shown}, no number or text; format it as text and type it again",
    },
    "not_a_day": {
        "vi": "“{shown}” không phải là ngày; ghi như 31/12/2023 hoặc 2023-12-31",
        "en": "“{shown}” is not a day such as 31/12/2023 or 2023-12-31",
    },
    # Files of cases.
    "no_heading_row": {
        "vi": "không tìm thấy dòng tiêu đề có cột “{key}” và “{procedure}”; hãy dùng tệp mẫu",
        "en": "there is no heading row with “{key}” and “{procedure}”; use the template",
    },
    "column_missing": {"vi": "thiếu cột “{heading}”", "en": "column “{heading}” is missing"},
    "column_twice": {
        "vi": "có hai cột cùng nghĩa với “{heading}”",
        "en": "another column has the meaning of “{heading}”",
    },
    "row_key_twice": {
        "vi": "mã hồ sơ này đã có ở dòng {row}",
        "en": "this key stands in row {row} already",
    },
    "row_changed": {
        "vi": "hồ sơ mang mã này đã được nhập với nội dung khác; nếu nội dung đã nhập bị sai, hãy đính chính hồ sơ",
        "en": "the case of this key was taken with other content; where that is wrong, correct the case",
    },
    "cell_not_of_status": {
        "vi": "không ghi ô này khi trạng thái là “{state}”",
        "en": "must be empty where the status is “{state}”",
    },
    "unknown_file": {"vi": "không có tệp này", "en": "there is no such file"},
}
