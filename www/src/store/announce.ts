// Texts for screen readers, in one quiet live region: at most one each second, in order, none twice in a row.
import { signal } from "@preact/signals";

export const announcement = signal("");

const INTERVAL_MS = 1000;
const waiting: string[] = [];
let busy = false;

export function announce(text: string): void {
  if (waiting.at(-1) === text || (waiting.length === 0 && announcement.value === text && busy)) return;
  waiting.push(text);
  // Only the latest few are still of use.
  if (waiting.length > 3) waiting.shift();
  if (!busy) next();
}

function next(): void {
  const text = waiting.shift();
  busy = text !== undefined;
  if (text === undefined) return;
  announcement.value = text;
  setTimeout(next, INTERVAL_MS);
}
