"""Whoever means harm with a file is refused, or what harms is gone: never a 500, never a slow worker, nothing that runs."""
import io
import resource
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageStat

from chat.attachments import kinds, picture, renewing
from chat.attachments.kinds import Unsuitable, kind_of, safe_name
from chat.tests import pictures
from foundation.errors import Unavailable

FORMS = ["JPEG", "PNG", "WEBP", "GIF"]
WHO = pictures.SECRET


def made(content: bytes) -> renewing.Made:
    """What is kept of a file."""
    return renewing.made(content, kind_of(content), whose=())


def opened(content: bytes) -> Any:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def refusal(content: bytes) -> str:
    with pytest.raises(Unsuitable) as refused:
        made(content)
    assert refused.value.status == 400
    return refused.value.code


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_looks_as_it_did(form: str) -> None:
    kept = made(pictures.encoded(pictures.drawing(), form))
    image, small = opened(kept.content), opened(kept.thumbnail)
    assert (image.format, image.size, (kept.width, kept.height)) == (form, (64, 48), (64, 48))
    for shown in (image, small):
        red, green, blue = (shown.convert("RGB").getpixel((x, 40)) for x in (8, 32, 56))
        assert red[0] > 180 and green[1] > 180 and blue[2] > 180
    assert small.format == "WEBP"


def test_a_thumbnail_is_small() -> None:
    kept = made(pictures.encoded(pictures.drawing(3000, 1500), "JPEG"))
    assert opened(kept.thumbnail).size == (480, 240)
    assert (kept.width, kept.height) == (3000, 1500)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_nothing_tells_where_and_with_what_it_was_taken(form: str) -> None:
    content = pictures.telling(form)
    assert content.count(WHO.encode()) >= 2, "the control: it did tell"
    kept = made(content)
    for part in (kept.content, kept.thumbnail):
        image = opened(part)
        assert WHO[:13].encode() not in part and WHO[:13].encode("utf-16-be") not in part
        assert not image.getexif() and not {"exif", "xmp", "icc_profile", "comment", "Comment"} & set(image.info)


def test_a_comment_in_a_gif_is_gone() -> None:
    content = pictures.encoded(pictures.drawing(), "GIF", comment=WHO.encode())
    assert WHO.encode() in content
    assert WHO.encode() not in made(content).content


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_an_animation_tells_nothing_either(form: str) -> None:
    exif = Image.Exif()
    exif[pictures.MAKE] = WHO
    told: dict[str, Any] = {"GIF": {"comment": WHO.encode()}, "PNG": {"exif": exif.tobytes(), "icc_profile": pictures.swapped_profile()},
            "WEBP": {"exif": exif.tobytes(), "xmp": WHO.encode(), "icc_profile": pictures.swapped_profile()}}
    content = pictures.animated(form, **told[form])
    assert WHO.encode() in content, "the control: it did tell"
    kept = made(content)
    for part in (kept.content, kept.thumbnail):
        assert WHO[:13].encode() not in part and WHO[:13].encode("utf-16-be") not in part
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(opened(part).info)


def test_pictures_behind_the_first_are_gone() -> None:
    """A second one, and what a phone put between them: telephones send such files."""
    content = pictures.of_two_pictures()
    assert content.count(b"\xff\xd8\xff") == 2 and b"MPF" in content
    kept = made(content)
    assert kept.content.count(b"\xff\xd8\xff") == 1 and b"MPF" not in kept.content
    assert opened(kept.content).size == (64, 48)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_stands_as_its_camera_was_held(form: str) -> None:
    """Orientation 6: what lies left in the file is above."""
    kept = made(pictures.telling(form))
    image = opened(kept.content).convert("RGB")
    assert image.size == (48, 64) == (kept.width, kept.height)
    above, below = image.getpixel((20, 6)), image.getpixel((20, 58))
    assert above[0] > 180 > above[2] and below[2] > 180 > below[0]
    assert image.getpixel((46, 30))[1] < 60, "what was above in the file is right"


def test_colours_stay_what_they_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile says what the numbers mean; without it the numbers must change."""
    from PIL import ImageCms

    grey = Image.new("RGB", (32, 32), (120, 60, 200))
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    wide = lab.replace(b"sRGB built-in", b"wide built-in").replace("sRGB built-in".encode("utf-16-be"), "wide built-in".encode("utf-16-be"))
    red, green = wide.index(b"rXYZ"), wide.index(b"gXYZ")
    assert red != green
    turned = bytearray(wide)
    turned[red:red + 4], turned[green:green + 4] = b"gXYZ", b"rXYZ"  # what is called red is green
    kept = opened(made(pictures.encoded(grey, "PNG", icc_profile=bytes(turned))).content).convert("RGB")
    pixel = kept.getpixel((5, 5))
    assert abs(pixel[0] - 60) < 12 and abs(pixel[1] - 120) < 12 and abs(pixel[2] - 200) < 12


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_pixel_is_taken(mode: str) -> None:
    image = Image.new("I;16", (9, 9), 40_000) if mode == "I;16" else pictures.drawing().convert(mode)
    kept = made(pictures.encoded(image, "PNG"))
    assert opened(kept.content).size == image.size
    if mode == "I;16":
        assert 150 < ImageStat.Stat(opened(kept.content).convert("L")).mean[0] < 165


def test_ink_becomes_light() -> None:
    kept = opened(made(pictures.encoded(pictures.drawing().convert("CMYK"), "JPEG")).content)
    assert kept.mode == "RGB"
    assert kept.getpixel((8, 40))[0] > 180


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_an_animation_moves_on(form: str) -> None:
    kept = opened(made(pictures.animated(form)).content)
    assert (kept.format, kept.n_frames) == (form, 3)
    assert kept.info.get("duration") == 120


@pytest.mark.parametrize(("form", "ground"), [("GIF", 0), ("WEBP", 40)])
def test_what_moves_leaves_no_trace(form: str, ground: int) -> None:
    """A spot on a ground that is transparent, or nearly so, is at one place at a time."""
    frames = [Image.new("RGBA", (40, 20), (0, 0, 0, ground)) for _ in range(3)]
    for number, frame in enumerate(frames):
        frame.paste((255, 0, 0, 255), (4 + 12 * number, 4, 12 + 12 * number, 12))
    kept = opened(made(pictures.encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100, disposal=2)).content)
    for number in range(3):
        kept.seek(number)
        shown = kept.convert("RGBA")
        assert [shown.getpixel((8 + 12 * place, 8))[3] > 128 for place in range(3)] == [place == number for place in range(3)]


def test_of_an_animated_png_the_first_frame_stays() -> None:
    assert getattr(opened(made(pictures.animated("PNG")).content), "n_frames", 1) == 1


VAST = {"png": pictures.vast_png, "jpeg": pictures.vast_jpeg, "gif": pictures.vast_gif, "webp": pictures.vast_webp}


@pytest.mark.parametrize("name", VAST)
def test_what_says_it_is_vast_is_refused_before_it_is_decoded(name: str) -> None:
    assert refusal(VAST[name]()) == "too_many_pixels"


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_frames_count_as_pixels(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """500 frames at most, and 40 megapixels of all together."""
    assert refusal(pictures.animated(form, frames=501, size=(2, 2))) == "too_many_pixels"
    assert refusal(pictures.animated(form, frames=11, size=(2000, 2000))) == "too_many_pixels"


def test_frames_beyond_a_picture_count_with_their_pixels() -> None:
    assert refusal(pictures.growing_gif(4000)) == "too_many_pixels"


def test_what_lies_beyond_a_picture_is_cut_off() -> None:
    kept = made(pictures.growing_gif(50))
    assert (kept.width, kept.height) == (1, 1) == opened(kept.content).size
    assert opened(kept.thumbnail).size == (1, 1)


def test_scans_without_end_are_refused_before_they_are_decoded() -> None:
    """Ten thousand of them over forty megapixels would take minutes."""
    assert refusal(pictures.many_scans(picture.MOST_SCANS + 1)) == "too_costly"
    assert opened(made(pictures.many_scans(picture.MOST_SCANS)).content).size == (64, 64), "the control"


def test_only_scans_are_counted() -> None:
    """Not what looks like one in a comment, in the pixels or behind the picture."""
    noise = pictures.encoded(Image.effect_noise((900, 900), 120), "JPEG", quality=98, progressive=True, comment=b"\xff\xda" * 500)
    assert noise.count(b"\xff\xda") > picture.MOST_SCANS
    assert picture.scans(noise + b"\xff\xda" * 500) == 6
    assert opened(made(noise + b"\xff\xda" * 500).content).size == (900, 900)
    assert picture.scans(pictures.jpeg()) == 1 and picture.scans(b"\xff\xd8\xff") == 0 == picture.scans(b"")


@pytest.mark.parametrize("content", [pictures.text_bomb, lambda: pictures.text_bomb(8), pictures.many_texts], ids=["one", "eight", "many"])
def test_texts_that_blow_up_are_refused(content: Callable[[], bytes]) -> None:
    assert refusal(content()) in {"unreadable", "too_costly"}


BROKEN = {
    "nothing": lambda: b"", "text": lambda: b"hello", "svg": lambda: pictures.SVG, "html": lambda: pictures.SCRIPT,
    "archive": pictures.archive, "bmp": lambda: pictures.encoded(pictures.drawing(), "BMP"),
    "tiff": lambda: pictures.encoded(pictures.drawing(), "TIFF"), "ico": lambda: pictures.encoded(pictures.drawing(), "ICO"),
    "postscript": lambda: pictures.encoded(pictures.drawing(), "EPS"), "no pdf": lambda: b"%PDF-1.4\n" + pictures.SCRIPT,
    "pdf behind something": lambda: pictures.SCRIPT + pictures.PDF, "something behind a pdf": lambda: pictures.PDF + pictures.archive(),
    "a pdf of no version": lambda: pictures.PDF.replace(b"1.4", b"9.9"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_picture_and_no_document_is_refused(name: str) -> None:
    with pytest.raises(Unsuitable) as refused:
        kind_of(BROKEN[name]())
    assert (refused.value.status, refused.value.code) == (400, "unsupported_file")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("part", [0.3, 0.9])
def test_what_breaks_off_is_refused(form: str, part: float) -> None:
    whole = pictures.encoded(Image.effect_noise((200, 200), 60).convert("RGB"), form)
    assert refusal(whole[: int(len(whole) * part)]) == "unreadable"


@pytest.mark.parametrize("head", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBPVP8 ", b"GIF89a"])
def test_a_beginning_alone_is_refused(head: bytes) -> None:
    for rest in (b"", b"\0" * 500, pictures.SVG, pictures.SCRIPT * 50):
        assert refusal(head + rest) in {"unreadable", "too_many_pixels"}


TWO_THINGS: dict[str, Callable[[], bytes]] = {
    "gif and script": pictures.gif_and_script,
    "jpeg and archive": lambda: pictures.jpeg() + pictures.archive(),
    "png and page": lambda: pictures.png() + pictures.SCRIPT,
    "png with a page inside": lambda: pictures.with_chunk(pictures.png(), b"tEXt", b"Comment\0" + pictures.SCRIPT),
    "jpeg with a page inside": lambda: pictures.jpeg(comment=pictures.SCRIPT),
    "webp and page": lambda: pictures.encoded(pictures.drawing(), "WEBP") + pictures.SCRIPT,
    "png and pdf": lambda: pictures.png() + pictures.PDF,
}


@pytest.mark.parametrize("name", TWO_THINGS)
def test_what_is_two_things_is_one_afterwards(name: str) -> None:
    content = TWO_THINGS[name]()
    kept = made(content)
    for part in (kept.content, kept.thumbnail):
        for second in (b"script", b"alert", b"PK\x03\x04", b"PK\x05\x06", b"%PDF", b"*/"):
            assert second not in part
    assert opened(kept.content).size[0] > 0


def test_a_document_is_kept_as_it_came() -> None:
    document = pictures.PDF.replace(b"<</Type/Catalog>>", b"<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>")
    assert made(document) == renewing.Made(document)


def test_nobody_becomes_what_they_are_not_by_name() -> None:
    """A PNG that is called SVG or a page is a PNG, and is called one."""
    for name in ("a.svg", "a.html", "a.pdf"):
        kind = kind_of(pictures.png())
        assert (kind.media_type, safe_name(name, kind)) == ("image/png", f"{name}.png")


NAMES = {
    "photo.jpg": "photo.jpg", "photo": "photo.jpg", "photo.html": "photo.html.jpg", "../../etc/passwd": "passwd.jpg",
    "C:\\Users\\me\\a.JPEG": "a.jpeg", "two\r\nSet-Cookie: x=1": "two Set-Cookie_ x=1.jpg", "\u202egpj.exe": "gpj.exe.jpg",
    "": "file.jpg", "...": "file.jpg", ".htaccess": "htaccess.jpg", "a\0b.jpg": "ab.jpg", "x" * 500 + ".jpg": "x" * 96 + ".jpg",
    'quote"d;.jpg': "quote_d;.jpg", "Ünïcode 漢字 🂡.jpg": "Ünïcode 漢字 🂡.jpg", " a \t b .jpg": "a b.jpg", "/": "file.jpg",
    "\ud800.jpg": "file.jpg",
}


@pytest.mark.parametrize("given", NAMES)
def test_a_name_is_harmless(given: str) -> None:
    assert safe_name(given, kinds.KINDS[0]) == NAMES[given]


# The guards, taken away one by one.


def without(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> Callable[[bytes, str], Any]:
    """The program in this process, with something else in its place."""
    for name, value in changed.items():
        monkeypatch.setattr(picture, name, value)
    return picture.told


def test_without_the_bound_of_pixels_a_bomb_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with a bound above it, 50 megapixels are taken."""
    content = pictures.encoded(Image.new("1", (10_000, 5_000)), "PNG")
    assert refusal(content) == "too_many_pixels"
    about, _ = without(monkeypatch, MOST_PIXELS=60_000_000)(content, "PNG")
    assert about["width"] == 10_000


@pytest.mark.parametrize("name", VAST)
def test_what_is_vast_takes_no_memory(name: str, tmp_path: Any) -> None:
    """Its header is enough: the program that has hardly more memory than it begins with still gets to the reason."""
    file = tmp_path / "file"
    file.write_bytes(VAST[name]())
    form = name.upper()
    done = run(f"import resource; resource.setrlimit(resource.RLIMIT_AS, (200 * 2**20,) * 2); "
               f"print(picture.told(open({str(file)!r}, 'rb').read(), {form!r})[0]['refused'])")
    assert done.stdout.strip() == b"too_many_pixels", done.stderr


@pytest.mark.parametrize("form", ["JPEG", "GIF"])
def test_if_nothing_were_thrown_away_it_would_be_found(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of what tells: Pillow carries comments on by itself."""
    content = pictures.encoded(pictures.drawing(), form, comment=WHO.encode())
    output = io.BytesIO()
    Image.open(io.BytesIO(content)).save(output, form)
    assert WHO.encode() in output.getvalue()


def run(program: str) -> "subprocess.CompletedProcess[bytes]":
    code = f"import sys; sys.path.insert(0, {str(renewing.PROGRAM.parent)!r}); import picture; picture.limit(); {program}"
    return subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=False, timeout=60)


def test_the_program_has_no_more_memory_than_it_is_given() -> None:
    assert b"MemoryError" in run("x = bytearray(1_100_000_000)").stderr
    assert run("x = bytearray(500_000_000)").returncode == 0, "the control"


def test_the_program_writes_no_more_than_a_result(tmp_path: Any) -> None:
    target = str(tmp_path / "result")
    assert run(f"open({target!r}, 'wb').write(bytes(30_000_000))").returncode != 0
    assert run(f"open({target!r}, 'wb').write(bytes(10_000_000))").returncode == 0, "the control"


def test_the_program_gives_way_and_opens_nothing_much() -> None:
    done = run("import os; print(os.nice(0)); files = [open('/dev/null') for _ in range(100)]")
    assert done.stdout.strip() == b"10" and b"Too many open files" in done.stderr


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """A program that a file keeps busy for ever, with a second of processor time."""
    program = tmp_path / "picture.py"
    text = renewing.PROGRAM.read_text().replace("PROCESSOR_SECONDS = 10", "PROCESSOR_SECONDS = 1")
    program.write_text(text.replace("    about, parts = told(", "    while True: pass\n    about, parts = told("))
    monkeypatch.setattr(renewing, "PROGRAM", program)


def test_a_file_that_takes_too_long_is_cut_off(endless: None) -> None:
    assert refusal(pictures.png()) == "too_costly"


def test_a_machine_that_does_not_get_to_it_says_so(endless: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewing, "PATIENCE", 0.3)
    with pytest.raises(Unavailable) as busy:
        made(pictures.png())
    assert (busy.value.code, busy.value.retry_after_ms) == ("busy", 2000)


@pytest.mark.parametrize(("how", "code"), [("os.kill(os.getpid(), 11)", "unreadable"), ("os.kill(os.getpid(), 9)", "too_costly")])
def test_a_file_that_kills_its_process_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, how: str, code: str) -> None:
    program = tmp_path / "picture.py"
    program.write_text(f"import os; {how}")
    monkeypatch.setattr(renewing, "PROGRAM", program)
    assert refusal(pictures.png()) == code


def test_a_program_that_does_not_start_is_nobodys_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    program = tmp_path / "picture.py"
    program.write_text("import a_library_that_is_not_there")
    monkeypatch.setattr(renewing, "PROGRAM", program)
    with pytest.raises(Unavailable):
        made(pictures.png())


def test_the_process_is_given_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """No setting, no address, no open file of ours."""
    program = tmp_path / "picture.py"
    program.write_text("import os, sys; names = os.listdir('/proc/self/fd'); "
                       "sys.exit(bool(os.environ.keys() - {'LC_CTYPE'}) or len(names) > 4 or os.getcwd() != '/' or 77)")
    monkeypatch.setattr(renewing, "PROGRAM", program)
    with io.BytesIO(), open(tmp_path / "one", "wb+") as given, open(tmp_path / "two", "wb+") as result:
        assert renewing.run("PNG", given, result) == 77


def test_this_process_kept_its_own_bounds() -> None:
    """Bounds are the program's own; whoever starts it has none of them."""
    made(pictures.png())
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY
