"""From the bytes of a GPX file to a `Track`, purely: no clock, no network, no state.

bytes → `gpx.read` → Recording → `measure` → Track
"""

from app.tracks.drawing import Drawing
from app.tracks.recording import NotATrack, Point, Recording
from app.tracks.track import Summary, Track, measure

__all__ = ["Drawing", "NotATrack", "Point", "Recording", "Summary", "Track", "measure"]
