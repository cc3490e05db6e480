"""Refusals as people read them: the problem document as a page, and what to do next."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.reporting.report.html import template
from shared.problems import MEDIA_TYPE

_NEXT: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "Đăng nhập lại rồi thử lại.",
    HTTPStatus.FORBIDDEN: "Nếu công việc này thuộc nhiệm vụ của ông (bà), đề nghị người quản trị"
    " cấp quyền; nếu không, quay về trang đầu.",
    HTTPStatus.NOT_FOUND: "Kiểm tra lại địa chỉ, hoặc đi từ trang đầu.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Đi từ trang đầu đến trang cần dùng.",
    HTTPStatus.CONFLICT: "Quay lại trang trước, tải lại trang đó rồi mới làm tiếp.",
    HTTPStatus.CONTENT_TOO_LARGE: "Gửi nội dung nhỏ hơn, hoặc chia làm nhiều phần.",
    HTTPStatus.TOO_MANY_REQUESTS: "Chờ {seconds} giây rồi thử lại.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Chờ ít phút rồi tải lại trang này; nếu vẫn vậy, báo cho người"
    " quản trị.",
}
_ELSE = "Quay lại trang trước, sửa phần được nêu trên rồi gửi lại."


class RefusalPages:
    """Stands before everything: makes a page of a problem document where a browser wants a page."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer; its refusals alone are changed, their status is not."""
        if scope["type"] != "http" or not wants_page(Headers(scope=scope).get("accept", "")):
            await self._app(scope, receive, send)
            return
        told = [one for one in scope["headers"] if one[0] != b"accept-language"]
        begun: Message | None = None
        body = b""

        async def turned(message: Message) -> None:
            nonlocal begun, body
            if message["type"] == "http.response.start":
                if Headers(raw=message["headers"]).get("content-type") == MEDIA_TYPE:
                    begun = message
                    return
            elif begun is not None:
                body += message.get("body", b"")
                if message.get("more_body", False):
                    return
                made = _page(begun, body, _page_before(scope))
                message = {"type": "http.response.body", "body": made}
                await send(begun)
            await send(message)

        # The pages are Vietnamese, whatever the browser's own language is.
        await self._app({**scope, "headers": told}, receive, turned)


def wants_page(accept: str) -> bool:
    """Say whether who asks would rather have a page than JSON, as a browser that goes somewhere."""
    weights = {"text/html": 0.0, "application/json": 0.0, MEDIA_TYPE: 0.0}
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        if kind in weights:
            weights[kind] = float(quality) if quality.replace(".", "", 1).isdecimal() else 0.0
    page = weights.pop("text/html")
    return page > max(weights.values())


def _page_before(scope: Scope) -> str | None:
    """Return the page of ours from which a form was sent, or a link followed, if the browser says.

    It says so to pages of its own origin alone (Referrer-Policy).
    """
    headers = Headers(scope=scope)
    told, host = headers.get("referer", ""), headers.get("host", "")
    return told if told.startswith((f"http://{host}/", f"https://{host}/")) else None


def _page(begun: Message, body: bytes, before: str | None) -> bytes:
    """Return the page of a problem document, and tell the headers of it."""
    headers = MutableHeaders(raw=begun["headers"])
    status = begun["status"]
    following = _NEXT.get(status, _ELSE).format(seconds=headers.get("retry-after", "60"))
    told = {"problem": json.loads(body), "following": following, "before": before}
    page = template("refused.html").render(told).encode()
    headers["content-type"] = "text/html; charset=utf-8"
    headers["content-length"] = str(len(page))
    headers["content-language"] = "vi"
    headers.add_vary_header("accept")
    begun["headers"] = headers.raw
    return page
