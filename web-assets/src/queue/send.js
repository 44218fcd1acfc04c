// Sends what waits. The server keeps each entry once however often it arrives, so trying again is always right.

const BATCH = 100;
const PATIENCE = 15000;
/** A photograph takes longer on a weak network. */
const PATIENCE_PHOTO = 60000;

/** What sends the changes of a store to an address: one try at a time; who asks meanwhile gets the same answer. */
export function senderOf(store, address) {
  let underWay = null;
  return (owner) => {
    underWay ??= all(store, address, owner).finally(() => { underWay = null; });
    return underWay;
  };
}

/**
 * Resolves to {state, faulty, outcomes}: state is sent, offline, signin, other or trouble; faulty are the messages of what
 * was not taken, outcomes what became of the rest, both by id.
 */
async function all(store, address, owner) {
  const heard = { faulty: new Map(), outcomes: new Map() };
  for (;;) {
    const batch = (await store.waiting(owner)).filter((change) => !change.faults).slice(0, BATCH);
    if (!batch.length) return { state: "sent", ...heard };
    const state = await one(store, address, owner, batch, heard);
    if (state !== "sent") return { state, ...heard };
  }
}

/** Posts something and reads what is said: {state, said}; said is only there when the state is sent. */
async function post(address, patience, headers, body) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  let answer;
  try {
    answer = await fetch(address, { method: "POST", credentials: "same-origin", redirect: "manual", signal: stop.signal, headers, body });
  } catch {
    return { state: "offline" };
  } finally {
    clearTimeout(timer);
  }
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return { state: "signin" };
  if (answer.status === 409) return { state: "other" };
  if (!answer.ok) return { state: answer.status >= 500 ? "offline" : "trouble" };
  const said = await answer.json().catch(() => null);
  return said ? { state: "sent", said } : { state: "offline" };
}

/** The photographs of an entry that has arrived, one at a time; the server keeps each once. */
async function photos(address, owner, { id, photos: list = [] }) {
  const faults = [];
  for (const { name, blob } of list) {
    const body = new FormData();
    body.set("owner", owner);
    body.set("id", id);
    body.set("photo", blob, name);
    const { state, said } = await post(address.replace(/sync$/, "photo"), PATIENCE_PHOTO, {}, body);
    if (state !== "sent") return { state };
    faults.push(...said.faults);
  }
  return { state: "sent", faults };
}

async function one(store, address, owner, batch, { faulty, outcomes }) {
  const entries = batch.map(({ id, edited_at, remove, fields }) => ({ id, edited_at, remove: !!remove, fields: fields || {} }));
  const { state, said } = await post(address, PATIENCE, { "content-type": "application/json" }, JSON.stringify({ owner, entries }));
  if (state !== "sent") return state;
  const byId = new Map(said.entries.map((entry) => [entry.id, entry]));
  for (const { id, outcome } of said.entries) outcomes.set(id, outcome);
  for (const change of batch) {
    const entry = byId.get(change.id);
    if (!entry) continue;
    let faults = entry.outcome === "faulty" ? entry.faults : [];
    if (!faults.length) {
      const rest = await photos(address, owner, change);
      // what has arrived is known there: sent again with its photographs it is still one
      if (rest.state !== "sent") return rest.state;
      faults = rest.faults;
    }
    if (!faults.length) {
      await store.settle([change]);
      continue;
    }
    // kept, marked, and not sent again until the worker has put it right
    await store.keep({ ...change, faults });
    faulty.set(change.id, faults);
  }
  return "sent";
}
