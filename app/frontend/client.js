/* The four calls of the app. Each answers with what the server sent, or throws a Problem in words for the visitor. */

const ACTIVITIES = "/api/activities";
const MOST = 16 * 2 ** 20; // as in app/settings.py
const MOST_SENT = 4 * 2 ** 20;

export class Problem extends Error {}

const tooLarge = (limit) => new Problem(`This file is too large; the limit is ${limit / 2 ** 20} MB.`);

/** GPX packs to a tenth: kinder to a phone's connection, and long rides fit through. */
async function packed(file) {
  if (file.size > MOST) throw tooLarge(MOST);
  if (!("CompressionStream" in window)) return { body: file, type: "application/gpx+xml" };
  const stream = file.stream().pipeThrough(new CompressionStream("gzip"));
  return { body: await new Response(stream).blob(), type: "application/gzip" };
}

async function call(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Problem("The server cannot be reached. Is this device online?");
  }
  const text = await answer.text();
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  const content = isJson && text ? JSON.parse(text) : null; // a 204 says JSON too, and has none
  if (answer.ok) return content;
  if (typeof content?.detail === "string") throw new Problem(content.detail);
  if (answer.status === 413) throw tooLarge(MOST_SENT);
  throw new Problem(`The server could not do this (status ${answer.status}). Please try again in a moment.`);
}

export async function upload(file) {
  const { body, type } = await packed(file);
  if (body.size > MOST_SENT) throw tooLarge(MOST_SENT);
  const query = new URLSearchParams({ filename: file.name });
  return call(`${ACTIVITIES}?${query}`, { method: "POST", body, headers: { "Content-Type": type } });
}

export const recent = () => call(ACTIVITIES);
export const activity = (id) => call(`${ACTIVITIES}/${encodeURIComponent(id)}`);
export const remove = (id) => call(`${ACTIVITIES}/${encodeURIComponent(id)}`, { method: "DELETE" });
