/* The page: a file comes in, an activity is shown, the recent ones are listed. The address (#id) says which is shown. */

import { Problem, activity, recent, remove, upload } from "./client.js";
import { drawProfile, drawTrack, stamp } from "./drawing.js";
import { clock, date, kilometres, metres, shortDate, tempo } from "./format.js";

const $ = (id) => document.getElementById(id);
let shown = null;

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Runs one thing at a time, says what it is, and says what went wrong. */
async function busy(saying, work) {
  if (document.body.classList.contains("busy")) return;
  document.body.classList.add("busy");
  $("status").textContent = saying;
  $("problem").textContent = "";
  try {
    await work();
  } catch (error) {
    const expected = error instanceof Problem;
    $("problem").textContent = expected ? error.message : "Something is wrong with this page. Please reload it.";
    if (!expected) throw error;
  } finally {
    document.body.classList.remove("busy");
    $("status").textContent = "";
    if ($("problem").textContent) $("problem").scrollIntoView({ block: "nearest" }); // last: the status that goes moves it
  }
}

const receive = (file) =>
  busy(`Reading ${file.name} …`, async () => {
    const added = await upload(file);
    history.pushState(null, "", `#${added.id}`);
    show(added);
    await list();
  });

const sample = async () => new File([await (await fetch("/sample.gpx")).blob()], "sample.gpx");

function figures(summary) {
  const { distance, duration, moving, climb, descent } = summary;
  return [
    { label: "Distance", value: kilometres(distance) },
    duration !== null && { label: "Moving", value: clock(moving), more: `${clock(duration)} in all` },
    tempo(summary),
    climb !== null && { label: "Climb", value: metres(climb), more: `${metres(descent)} down` },
  ].filter(Boolean);
}

function show(activity) {
  shown = activity;
  const { summary } = activity;
  const name = summary.name ?? "Unnamed track";
  document.title = `${name} · Tracks`;
  document.body.classList.add("showing");
  $("activity").hidden = false;
  $("name").textContent = name;
  $("when").textContent = [date(summary.started), summary.sport].filter(Boolean).join(" · ");
  $("figures").replaceChildren(
    ...figures(summary).map(({ label, value, more }) =>
      element("div", {}, element("dt", { textContent: label }), element("dd", {}, value, more ? element("small", { textContent: more }) : ""))));
  draw();
  $("name").focus({ preventScroll: true });
  $("activity").scrollIntoView({ block: "start" });
}

function draw() {
  if (!shown) return;
  const { summary, drawing } = shown;
  const mark = drawTrack($("track"), $("scale"), drawing.path, summary.name ?? "this activity");
  $("elevation").hidden = !drawing.profile.length;
  if (drawing.profile.length) drawProfile($("profile"), $("reading"), drawing.profile, mark);
}

function hide() {
  shown = null;
  document.title = "Tracks";
  document.body.classList.remove("showing");
  $("activity").hidden = true;
}

async function list() {
  const entries = await recent();
  $("recent").hidden = !entries.length;
  $("list").replaceChildren(...entries.map(row));
}

function row({ id, uploaded, summary }) {
  const facts = [kilometres(summary.distance), summary.moving && clock(summary.moving), summary.climb !== null && `${metres(summary.climb)} up`];
  return element("li", {},
    element("a", { href: `#${id}` },
      stamp(summary.sketch),
      element("span", { className: "what" },
        element("strong", { textContent: summary.name ?? "Unnamed track" }),
        element("span", { className: "faint", textContent: facts.filter(Boolean).join(" · ") })),
      element("time", { className: "faint", textContent: shortDate(summary.started ?? uploaded) })));
}

async function open() {
  const id = location.hash.slice(1);
  if (!id) return hide();
  if (id !== shown?.id) await busy("Opening …", async () => show(await activity(id)));
}

$("file").addEventListener("change", ({ target }) => {
  const [file] = target.files;
  target.value = ""; // so that the same file can be chosen again
  if (file) receive(file);
});
$("sample").addEventListener("click", async () => receive(await sample()));
$("delete").addEventListener("click", () => {
  if (!confirm("Delete this activity?")) return;
  busy("Deleting …", async () => {
    await remove(shown.id);
    history.pushState(null, "", "/");
    hide();
    $("file").focus(); // the button that was pressed is gone
    await list();
  });
});

/* dragenter and dragleave also fire between the elements inside, so the depth is counted. */
let depth = 0;
const dragging = (change) => {
  depth = change ? Math.max(0, depth + change) : 0;
  document.body.classList.toggle("dragging", depth > 0);
};
addEventListener("dragenter", () => dragging(+1));
addEventListener("dragleave", () => dragging(-1));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  dragging(0);
  const [file] = event.dataTransfer.files;
  if (file) receive(file);
});

addEventListener("popstate", open);
let width = 0;
new ResizeObserver(([{ contentRect }]) => {
  if (contentRect.width === width) return;
  width = contentRect.width;
  draw();
}).observe($("track"));

await busy("", list);
await open();
