"""From the bytes of a GPX file to a `Track`, purely: no clock, no network, no state.

bytes → `read` → Recording → `measure` → Track
"""

from app.tracks.drawing import Drawing
from app.tracks.gpx import NotATrack, Point, Recording, read
from app.tracks.track import Summary, Track, measure

__all__ = ["Drawing", "NotATrack", "Point", "Recording", "Summary", "Track", "measure", "read"]
