"""What strangers are told, and who may not do or read what they ask for."""

from collections.abc import Mapping

from shared.language import Text

ACCESS: Mapping[str, Text] = {
    "no_issuer": {
        "vi": "dịch vụ chưa được nối với nơi cấp mã truy cập (biến WARDBOOK_ISSUER), nên chưa ai vào được",
        "en": "the service is told of no issuer of tokens (WARDBOOK_ISSUER), so that nobody gets in",
    },
    "no_people": {
        "vi": "chưa khai danh sách cán bộ (biến WARDBOOK_PEOPLE), nên chưa ai vào được",
        "en": "no file of people is named (WARDBOOK_PEOPLE), so that nobody gets in",
    },
    "token_missing": {
        "vi": "phải kèm mã truy cập: Authorization: Bearer …",
        "en": "must bear an access token: Authorization: Bearer …",
    },
    "token_invalid": {
        "vi": "mã truy cập không hợp lệ: không phải do nơi cấp của hệ thống này cấp cho dịch vụ này; hãy xin mã mới",
        "en": "the token is not one of our issuer for this service: ask for a new one",
    },
    "token_expired": {
        "vi": "mã truy cập đã hết hạn hoặc chưa đến hạn dùng; hãy xin mã mới (và kiểm tra đồng hồ máy)",
        "en": "the token is out of date or not valid yet: ask for a new one (and look at the clock)",
    },
    "issuer_away": {
        "vi": "chưa lấy được khóa của nơi cấp mã truy cập; hãy thử lại sau",
        "en": "the keys of the issuer of tokens cannot be had now: try again later",
    },
    "unknown_person": {
        "vi": "người này không có trong danh sách cán bộ của hệ thống; hãy đề nghị quản trị viên thêm vào",
        "en": "this person is not in the file of people: ask the operator to add them",
    },
    "role_needed": {
        "vi": "việc này cần vai trò: {roles}",
        "en": "this needs the role {roles}",
    },
    "department_needed": {
        "vi": "việc này chỉ dành cho cán bộ của bộ phận {department}",
        "en": "this is for people of the department {department} only",
    },
    "other_unit": {
        "vi": "chỉ được làm và xem việc của đơn vị {unit}, các đơn vị trực thuộc và đơn vị đã nhập vào đó",
        "en": "what is of {unit}, of units below it and of units that went into it, only",
    },
    "migration_right": {
        "vi": "chỉ người có vai trò chuyển đổi dữ liệu mới được ghi ngày vào sổ; hãy bỏ tiêu đề này",
        "en": "only who has the role migrator may state the recording day; leave this header out",
    },
    "cross_site": {
        "vi": "yêu cầu này không đến từ trang của hệ thống; hãy làm lại trên trang của hệ thống",
        "en": "this request does not come from a page of this system: do it there",
    },
    "too_many_streams": {
        "vi": "đã có {most} trang nhận thông báo trực tiếp; hãy thử lại sau",
        "en": "{most} pages are told live already; try again later",
    },
    "too_many_figures": {
        "vi": "hỏi quá nhiều số liệu một lần (tối đa {most}); hãy chia nhỏ câu hỏi",
        "en": "too many figures at once (at most {most}); ask for fewer",
    },
    "not_narrowed_so": {
        "vi": "chỉ tiêu không phân tổ được như vậy: {why}",
        "en": "the indicator cannot be narrowed so: {why}",
    },
    "no_units": {
        "vi": "cần có unit hoặc under",
        "en": "give unit or under",
    },
    "too_many_requests": {
        "vi": "đã gửi quá {most} yêu cầu trong một phút; hãy thử lại sau {seconds} giây",
        "en": "more than {most} requests in a minute: try again in {seconds} seconds",
    },
    "body_too_large": {
        "vi": "nội dung gửi đến đây không được quá {most} byte",
        "en": "what is sent here must not be longer than {most} bytes",
    },
    "sign_in_failed": {
        "vi": "đăng nhập không thành công; hãy đăng nhập lại",
        "en": "signing in failed: try again",
    },
}

ROLES: Mapping[str, str] = {
    "officer": "cán bộ xử lý hồ sơ",
    "personal_data_reader": "người đọc dữ liệu cá nhân",
    "auditor": "người kiểm tra",
    "drafter": "người soạn thảo",
    "approver": "người duyệt nội dung",
    "controller": "người chấp nhận số liệu",
    "form_checker": "người kiểm tra thể thức",
    "signer": "người ký",
    "clerk": "văn thư",
    "reader": "người xem báo cáo",
    "operator": "quản trị viên",
    "migrator": "người chuyển đổi dữ liệu",
}
"""Roles as officials call them."""

DEPARTMENTS: Mapping[str, str] = {
    "registry": "Tư pháp - Hộ tịch",
    "permits": "Địa chính - Xây dựng",
    "petitions": "Tiếp công dân",
    "returns": "Văn phòng - Thống kê",
}
"""Departments as officials call them."""
