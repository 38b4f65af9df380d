/* Numbers as people read them. The API gives metres, seconds and UTC. */

const number = (digits) => new Intl.NumberFormat(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits });
const [whole, tenths, hundredths] = [0, 1, 2].map(number);
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const shortDay = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

export const metres = (value) => `${whole.format(value)} m`;

export const kilometres = (value) =>
  value < 1000 ? metres(value) : `${(value < 100_000 ? hundredths : tenths).format(value / 1000)} km`;

/** 48:09 or 2:05:30 */
export function clock(seconds) {
  const total = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

const FOOT = /run|walk|hik|jog|trail/i;
const FOOT_SPEED = 4.2; // m/s; without a word on the sport, slower is taken for running

/** Runners think in minutes per kilometre, riders in kilometres per hour. */
export function tempo({ distance, moving, sport }) {
  if (!moving || !distance) return null;
  const speed = distance / moving;
  const onFoot = sport ? FOOT.test(sport) : speed < FOOT_SPEED;
  return onFoot
    ? { label: "Pace", value: `${clock(1000 / speed)} /km` }
    : { label: "Speed", value: `${tenths.format(speed * 3.6)} km/h` };
}

export const date = (iso) => (iso ? day.format(new Date(iso)) : "");
export const shortDate = (iso) => (iso ? shortDay.format(new Date(iso)) : "");
