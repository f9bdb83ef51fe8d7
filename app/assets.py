"""Static files: read once, served compressed, under an address that changes with their content."""

import gzip
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, abort, request

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One static file, plain and compressed."""

    address: str
    type: str
    plain: bytes
    compressed: bytes


def init_app(app: Flask) -> None:
    """Serve the static files, and let templates name them with `asset('previsit.css')`."""
    by_name = {path.name: _load(path) for path in _FOLDER.iterdir() if path.suffix in _TYPES}
    by_address = {asset.address: asset for asset in by_name.values()}

    @app.get("/static/<name>")
    def static(name: str) -> Response:
        """A static file, cached for ever: its name changes with its content."""
        asset = by_address.get(name)
        if asset is None:
            abort(404)
        response = Response(asset.plain, content_type=asset.type)
        if "gzip" in request.accept_encodings:
            response.data = asset.compressed
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = _FOREVER
        return response

    def asset(name: str) -> str:
        return f"{app.config['APPLICATION_ROOT'].rstrip('/')}/static/{by_name[name].address}"

    app.jinja_env.globals["asset"] = asset


def _load(path: Path) -> Asset:
    plain = path.read_bytes()
    address = f"{path.stem}.{sha256(plain).hexdigest()[:10]}{path.suffix}"
    return Asset(address, _TYPES[path.suffix], plain, gzip.compress(plain, 9, mtime=0))
