// Sends what waits. The server keeps each entry once however often it arrives, so trying again is always right.

const BATCH = 100;
const PATIENCE = 15000;

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

async function one(store, address, owner, batch, { faulty, outcomes }) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  let answer;
  try {
    const entries = batch.map(({ id, edited_at, remove, fields }) => ({ id, edited_at, remove: !!remove, fields: fields || {} }));
    answer = await fetch(address, {
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
  for (const { id, outcome } of said.entries) outcomes.set(id, outcome);
  await store.settle(batch.filter((change) => byId.get(change.id) && byId.get(change.id).outcome !== "faulty"));
  for (const change of batch) {
    const entry = byId.get(change.id);
    if (!entry || entry.outcome !== "faulty") continue;
    // kept, marked, and not sent again until the worker has put it right
    await store.keep({ ...change, faults: entry.faults });
    faulty.set(change.id, entry.faults);
  }
  return "sent";
}
