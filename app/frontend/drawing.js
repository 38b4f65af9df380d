/* The track and its elevation profile as SVG, drawn to the pixel width of their place. */

import { kilometres, metres } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";
const EARTH = 6_371_008.8;
const LEAST = 50; // metres; who stands still is drawn as a dot, not as the noise of the signal
const NICE = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000];

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const outline = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
const bounds = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);

/** Lines of (longitude, latitude) to metres east and south of their own corner, flat enough for a day's way. */
function plane(lines) {
  const all = lines.flat();
  const [west] = bounds(all.map(([longitude]) => longitude));
  const [south, north] = bounds(all.map(([, latitude]) => latitude));
  const degree = (Math.PI / 180) * EARTH;
  const narrowing = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const flat = lines.map((line) => line.map(([longitude, latitude]) => [(longitude - west) * degree * narrowing, (north - latitude) * degree]));
  const size = [0, 1].map((axis) => bounds(flat.flat().map((point) => point[axis]))[1]);
  return { flat, size };
}

/** Centred in the box, as large as the padding lets it be. */
function fit({ flat, size }, width, height, padding) {
  const scale = Math.min((width - 2 * padding) / Math.max(size[0], LEAST), (height - 2 * padding) / Math.max(size[1], LEAST));
  const [left, top] = [(width - size[0] * scale) / 2, (height - size[1] * scale) / 2];
  return { scale, lines: flat.map((line) => line.map(([x, y]) => [left + x * scale, top + y * scale])) };
}

export function stamp(sketch) {
  const { lines } = fit(plane(sketch), 56, 56, 7);
  return svg("svg", { viewBox: "0 0 56 56", class: "stamp", "aria-hidden": "true" }, svg("path", { class: "line", d: lines.map(outline).join("") }));
}

/** Draws on squared paper; answers with a function that puts a mark at a share (0 to 1) of the way, or takes it away. */
export function drawTrack(place, caption, path, name) {
  const paper = plane(path);
  const width = place.clientWidth;
  const height = Math.round(Math.min(Math.max((width * paper.size[1]) / Math.max(paper.size[0], LEAST), 220), Math.min(460, width * 1.1)));
  const { scale, lines } = fit(paper, width, height, 28);
  const square = NICE.find((length) => length * scale >= 44) ?? NICE.at(-1);
  const mark = svg("circle", { class: "mark", r: 7, visibility: "hidden" });
  const d = lines.map(outline).join("");
  place.replaceChildren(
    svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `The track of ${name}, seen from above` },
      squares(width, height, square * scale),
      svg("path", { class: "halo", d }), svg("path", { class: "line", d }),
      end("finish", lines.at(-1).at(-1)), end("start", lines[0][0]), mark));
  caption.textContent = `North is up. One square: ${square < 1000 ? metres(square) : `${square / 1000} km`}`;
  return follow(lines, mark);
}

function squares(width, height, side) {
  const steps = (length) => Array.from({ length: Math.ceil(length / side) }, (_, i) => (i + 0.5) * side);
  const d = [...steps(width).map((x) => `M${x} 0V${height}`), ...steps(height).map((y) => `M0 ${y}H${width}`)].join("");
  return svg("path", { class: "squares", d });
}

const end = (kind, [cx, cy]) => svg("circle", { class: kind, cx, cy, r: 5.5 });

function follow(lines, mark) {
  const steps = lines.flatMap((line) => line.slice(1).map((to, i) => ({ from: line[i], to })));
  const ends = [];
  for (const { from, to } of steps) ends.push((ends.at(-1) ?? 0) + Math.hypot(to[0] - from[0], to[1] - from[1]));
  return (share) => {
    mark.setAttribute("visibility", share === null ? "hidden" : "visible");
    if (share === null || !steps.length) return;
    const way = share * ends.at(-1);
    const i = Math.max(0, ends.findIndex((reached) => reached >= way));
    const { from, to } = steps[i];
    const length = ends[i] - (ends[i - 1] ?? 0);
    const part = length ? (way - (ends[i - 1] ?? 0)) / length : 0;
    mark.setAttribute("cx", from[0] + (to[0] - from[0]) * part);
    mark.setAttribute("cy", from[1] + (to[1] - from[1]) * part);
  };
}

const HEIGHT = 190;
const AXES = { left: 60, right: 10, top: 12, bottom: 26 };

/** Draws the profile; pointer and arrow keys move along it, and `moved` hears (share of the way | null). */
export function drawProfile(place, caption, profile, moved) {
  const width = place.clientWidth;
  const length = profile.at(-1)[0];
  const [low, high] = bounds(profile.map(([, elevation]) => elevation));
  const step = NICE.find((height) => (Math.max(high - low, 20) * 1.15) / height <= 4) ?? NICE.at(-1);
  const [floor, ceiling] = [Math.floor(low / step) * step, Math.ceil((high + 1) / step) * step];
  const x = (way) => AXES.left + ((width - AXES.left - AXES.right) * way) / length;
  const y = (elevation) => HEIGHT - AXES.bottom - ((HEIGHT - AXES.bottom - AXES.top) * (elevation - floor)) / (ceiling - floor);
  const points = profile.map(([way, elevation]) => [x(way), y(elevation)]);
  const hair = svg("path", { class: "hair", visibility: "hidden" });
  const dot = svg("circle", { class: "mark", r: 6, visibility: "hidden" });
  const chart = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "slider", tabindex: 0, "aria-label": "Elevation along the way", "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": 0 },
    ...levels(floor, ceiling, step, y, width), ...distances(length, x, width),
    svg("path", { class: "area", d: `${outline(points)}L${x(length)} ${y(floor)}L${x(0)} ${y(floor)}Z` }),
    svg("path", { class: "line", d: outline(points) }), hair, dot);
  place.replaceChildren(chart);
  const hint = "Point at the profile to see the place.";

  function show(index) {
    const [way, elevation] = profile[index];
    const text = `${kilometres(way)} · ${metres(elevation)}`;
    hair.setAttribute("d", `M${x(way)} ${AXES.top}V${y(floor)}`);
    dot.setAttribute("cx", x(way));
    dot.setAttribute("cy", y(elevation));
    for (const shown of [hair, dot]) shown.setAttribute("visibility", "visible");
    chart.setAttribute("aria-valuenow", Math.round((100 * way) / length));
    chart.setAttribute("aria-valuetext", text);
    caption.textContent = text;
    moved(way / length);
  }
  function hide() {
    for (const shown of [hair, dot]) shown.setAttribute("visibility", "hidden");
    caption.textContent = hint;
    moved(null);
  }
  steer(chart, profile.length - 1, (share) => show(Math.round(share * (profile.length - 1))), show, hide);
  hide();
}

/** Left of the axis is the start, so a finger need not hit it exactly. */
function steer(chart, last, at, show, hide) {
  const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10, Home: -Infinity, End: Infinity };
  let index = 0;
  chart.addEventListener("pointermove", (event) => {
    const box = chart.getBoundingClientRect();
    const share = (event.clientX - box.left - AXES.left) / (box.width - AXES.left - AXES.right);
    at(Math.min(Math.max(share, 0), 1));
  });
  chart.addEventListener("pointerleave", hide);
  chart.addEventListener("blur", hide);
  chart.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    index = Math.min(Math.max(index + KEYS[event.key], 0), last);
    show(index);
  });
}

function levels(floor, ceiling, step, y, width) {
  const heights = Array.from({ length: Math.round((ceiling - floor) / step) + 1 }, (_, i) => floor + i * step);
  return heights.flatMap((height) => [
    svg("path", { class: "level", d: `M${AXES.left} ${y(height)}H${width - AXES.right}` }),
    svg("text", { x: AXES.left - 8, y: y(height) + 4, "text-anchor": "end" }, metres(height)),
  ]);
}

function distances(length, x, width) {
  const step = NICE.find((way) => length / way <= width / 90) ?? NICE.at(-1);
  const ways = Array.from({ length: Math.floor(length / step) + 1 }, (_, i) => i * step);
  return ways.map((way) => svg("text", { x: x(way), y: HEIGHT - 7, "text-anchor": way ? "middle" : "start" }, way && step < 1000 ? metres(way) : `${way / 1000} km`));
}
