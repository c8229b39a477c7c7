"""Makes the sound of a notice: two soft strokes of a bell, a fourth apart. `python console/tools/sound.py` writes it anew."""
import math
import struct
import wave
from pathlib import Path

RATE = 22_050  # samples per second
LASTS = 0.7  # seconds
STROKES = ((0.0, 659.26), (0.12, 880.0))  # when it begins, in seconds, and its tone, in hertz
OVERTONES = ((1.0, 0.6), (2.0, 0.25), (3.01, 0.1))  # of a tone, and how loud
FADES = 5.5
SOUND = Path(__file__).parents[1] / "src" / "app" / "notices" / "chime.wav"


def stroke(after: float, tone: float) -> float:
    """How far the air is moved, so many seconds after the stroke."""
    if after < 0:
        return 0.0
    swells = min(1.0, after / 0.008)
    return swells * sum(loud * math.exp(-FADES * over * after) * math.sin(math.tau * tone * over * after) for over, loud in OVERTONES)


def main() -> None:
    moments = [number / RATE for number in range(int(RATE * LASTS))]
    samples = [sum(stroke(moment - begins, tone) for begins, tone in STROKES) * min(1.0, (LASTS - moment) / 0.05) for moment in moments]
    loudest = max(map(abs, samples))
    with wave.open(str(SOUND), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", round(sample / loudest * 16_000)) for sample in samples))


if __name__ == "__main__":
    main()
