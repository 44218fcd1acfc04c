// Sends what waits. The server keeps each entry once however often it arrives, so trying again is always right.
import { keep, settle, waiting } from "./store.js";

const BATCH = 100;
const PATIENCE = 15000;
let underWay = null;

/** One try at a time; who asks meanwhile gets the same answer. */
export function send(owner) {
  underWay ??= all(owner).finally(() => { underWay = null; });
  return underWay;
}

/** Resolves to {state, faulty}: state is sent, offline, signin, other or trouble. */
async function all(owner) {
  const faulty = new Map();
  for (;;) {
    const batch = (await waiting(owner)).filter((change) => !change.faults).slice(0, BATCH);
    if (!batch.length) return { state: "sent", faulty };
    const state = await one(owner, batch, faulty);
    if (state !== "sent") return { state, faulty };
  }
}

async function one(owner, batch, faulty) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  let answer;
  try {
    const entries = batch.map(({ id, edited_at, remove, fields }) => ({ id, edited_at, remove: !!remove, fields: fields || {} }));
    answer = await fetch("/hall/notebook/sync", {
      method: "POST", credentials: "same-origin", redirect: "manual", signal: stop.signal,
      headers: { "content-type": "application/json" }, body: JSON.stringify({ owner, entries }),
    });
  } catch {
    return "offline";
  } finally {
    clearTimeout(timer);
  }
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return "signin";
  if (answer.status === 409) return "other";
  if (!answer.ok) return answer.status >= 500 ? "offline" : "trouble";
  const said = await answer.json().catch(() => null);
  if (!said) return "offline";
  const byId = new Map(said.entries.map((entry) => [entry.id, entry]));
  await settle(batch.filter((change) => byId.get(change.id) && byId.get(change.id).outcome !== "faulty"));
  for (const change of batch) {
    const entry = byId.get(change.id);
    if (!entry || entry.outcome !== "faulty") continue;
    // kept, marked, and not sent again until the worker has put it right
    await keep({ ...change, faults: entry.faults });
    faulty.set(change.id, entry.faults);
  }
  return "sent";
}
