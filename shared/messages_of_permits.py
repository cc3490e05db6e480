"""What is said of building and land: why a command is refused, where a land file was."""

from collections.abc import Mapping

from shared.language import Text

PERMITS: Mapping[str, Text] = {
    "permit_missing": {
        "vi": "thủ tục {procedure} phải ghi giấy phép xây dựng: mã hồ sơ hoặc số giấy phép",
        "en": "procedure {procedure} needs the construction permit: the id of its case or its number",
    },
    "permit_twice": {
        "vi": "chỉ ghi mã hồ sơ hoặc số giấy phép xây dựng, không ghi cả hai",
        "en": "give the id of the permit's case or its number, not both",
    },
    "unknown_permit": {
        "vi": "không có hồ sơ giấy phép xây dựng này",
        "en": "there is no such case of a construction permit",
    },
    "permit_cancelled": {
        "vi": "hồ sơ giấy phép xây dựng đã bị hủy",
        "en": "the case of the construction permit was cancelled",
    },
    "permit_not_granted": {
        "vi": "giấy phép xây dựng chưa được cấp (trạng thái hồ sơ: {state})",
        "en": "the construction permit was not granted (its case is {state})",
    },
    "permit_of_other_unit": {
        "vi": "hồ sơ thuộc đơn vị khác: {unit}",
        "en": "the case is of another unit, {unit}",
    },
    "before_grant": {
        "vi": "không được trước ngày cấp giấy phép xây dựng {granted_on}",
        "en": "must not be before {granted_on}, the day on which the permit was granted",
    },
    "no_forwarding": {
        "vi": "thủ tục {procedure} không chuyển đến Văn phòng đăng ký đất đai",
        "en": "cases of procedure {procedure} are not forwarded to the land registration office",
    },
    "case_away": {
        "vi": "hồ sơ đang ở Văn phòng đăng ký đất đai từ ngày {since}; hãy ghi nhận lại hồ sơ trước",
        "en": "the file is at the land registration office since {since}; record first that it is back",
    },
    "not_forwarded": {
        "vi": "hồ sơ không ở Văn phòng đăng ký đất đai",
        "en": "the file is not at the land registration office",
    },
    "why_forwarded": {
        "vi": "Đã chuyển hồ sơ đến Văn phòng đăng ký đất đai ngày {day}; thời hạn vẫn tính",
        "en": "Forwarded to the land registration office on {day}; its time runs on",
    },
    "why_came_back": {
        "vi": "Nhận lại hồ sơ từ Văn phòng đăng ký đất đai (chuyển ngày {day}, nhận lại ngày {back_on}); thời hạn vẫn tính",
        "en": "Back on {back_on} from the land registration office, where it was since {day}; its time ran on",
    },
    "unknown_inspection": {"vi": "không có lần kiểm tra này", "en": "there is no such inspection"},
    "inspection_cancelled": {
        "vi": "lần kiểm tra đã bị hủy",
        "en": "the inspection was cancelled",
    },
    "not_inspected": {
        "vi": "chỉ kiểm tra theo hồ sơ cấp giấy phép xây dựng hoặc đơn xin sửa chữa chưa bị hủy",
        "en": "must be a construction permit or repair application that was not cancelled",
    },
    "no_violation": {
        "vi": "lần kiểm tra không phát hiện vi phạm nên không lập biên bản",
        "en": "the inspection found no violation, so that there are no minutes",
    },
    "minuted_already": {
        "vi": "đã lập biên bản ngày {day}",
        "en": "minutes were drawn up on {day} already",
    },
    "no_minutes": {
        "vi": "chưa lập biên bản vi phạm",
        "en": "there are no minutes of the violation yet",
    },
    "fined_already": {"vi": "đã xử phạt ngày {day}", "en": "was fined on {day} already"},
    "fine_incomplete": {
        "vi": "mức phạt và ngày xử phạt phải ghi cùng nhau",
        "en": "the fine and its day are given together",
    },
}
