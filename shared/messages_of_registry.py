"""What is said of entries in the registers of civil status, and why one cannot be."""

from collections.abc import Mapping

from shared.language import Text

REGISTRY: Mapping[str, Text] = {
    "unknown_registration": {
        "vi": "không có việc hộ tịch này trong sổ",
        "en": "there is no such entry in the registers",
    },
    "registration_cancelled": {
        "vi": "nội dung đăng ký này đã bị thu hồi, hủy bỏ",
        "en": "the entry was taken back",
    },
    "registration_changed": {
        "vi": "người khác vừa thay đổi nội dung đăng ký (nay là phiên bản {sequence}); hãy xem lại nội dung mới rồi gửi lại với phiên bản đó",
        "en": "somebody else changed the entry, which is now in version {sequence}: read it again, and send your change with that version",
    },
    "no_change_case": {
        "vi": "phải là hồ sơ còn hiệu lực của thủ tục {procedure}",
        "en": "must be a case of procedure {procedure} that is not cancelled",
    },
    "entry_differs": {
        "vi": "khác với ngày ghi trong nội dung đăng ký",
        "en": "differs from the day in the entry",
    },
    "no_person_number": {
        "vi": "phải là số định danh cá nhân gồm 12 chữ số",
        "en": "must be a personal identification number, which has 12 digits",
    },
    "search_for_whom": {
        "vi": "hãy tìm theo số định danh cá nhân hoặc theo họ tên",
        "en": "search by the number or by the name of a person",
    },
    # What makes an entry impossible.
    "parent_not_told": {
        "vi": "phải ghi cha, mẹ của trẻ, hoặc ghi rõ là chưa xác định được",
        "en": "name the parent, or say that the parent is unknown",
    },
    "parent_known": {
        "vi": "đã ghi người này thì không thể là chưa xác định được",
        "en": "a parent who is named cannot be unknown",
    },
    "parent_not_older": {
        "vi": "cha, mẹ phải sinh trước con",
        "en": "a parent must be born before the child",
    },
    "born_already": {
        "vi": "người mang số định danh này đã được đăng ký khai sinh; nếu có sai sót thì cải chính nội dung đã đăng ký",
        "en": "the birth of the person with this number is registered already; correct that entry where it is wrong",
    },
    "dead_already": {
        "vi": "người mang số định danh này đã được đăng ký khai tử; nếu có sai sót thì cải chính nội dung đã đăng ký",
        "en": "the death of the person with this number is registered already; correct that entry where it is wrong",
    },
    "death_before_birth": {
        "vi": "ngày chết không được trước ngày sinh của cùng một người",
        "en": "nobody dies before being born",
    },
    "death_before_marriage": {
        "vi": "người này còn được đăng ký kết hôn sau ngày chết đã khai",
        "en": "the marriage of this person was registered after the day of death",
    },
    "birth_differs": {
        "vi": "khác với ngày sinh trong sổ đăng ký khai sinh; hãy kiểm tra giấy tờ, cải chính nội dung nào ghi sai",
        "en": "differs from the register of births: look at the papers, and correct whichever is wrong",
    },
    "under_age": {
        "vi": "chưa đủ {age} tuổi vào ngày kết hôn (Luật Hôn nhân và gia đình 52/2014/QH13, Điều 8)",
        "en": "is not yet {age} years old on the day of the marriage (Luật Hôn nhân và gia đình 52/2014/QH13, Điều 8)",
    },
    "married_to_oneself": {
        "vi": "hai bên kết hôn không thể là cùng một người",
        "en": "nobody marries themselves",
    },
    "married_already": {
        "vi": "đang có vợ hoặc chồng theo sổ đăng ký kết hôn; nếu hôn nhân đã chấm dứt thì trước hết ghi chú việc đó hoặc đăng ký khai tử",
        "en": "is married, says the register of marriages; where that marriage has ended, note it there or register the death first",
    },
    "marriage_of_dead": {
        "vi": "người mang số định danh này đã được đăng ký khai tử",
        "en": "the death of the person with this number is registered",
    },
    # A marriage that ended.
    "not_a_marriage": {
        "vi": "chỉ ghi chú chấm dứt hôn nhân vào nội dung đăng ký kết hôn",
        "en": "only the entry of a marriage takes the note that it ended",
    },
    "marriage_ended": {
        "vi": "đã ghi chú hôn nhân chấm dứt",
        "en": "it is noted already that the marriage ended",
    },
    "ended_before_marriage": {
        "vi": "không được trước ngày kết hôn",
        "en": "must not be before the day of the marriage",
    },
}
