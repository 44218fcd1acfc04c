// Sends what waits. The server makes one case of a key however often it arrives, so trying again is always right.
import { keep, receipt, settle, waiting } from "./store.js";

const PATIENCE = 120000;
let underWay = null;

/** One try at a time; who asks meanwhile gets the same answer. */
export function send() {
  underWay ??= all().finally(() => { underWay = null; });
  return underWay;
}

/** Resolves to {state, answers, faulty}: state is sent, offline, busy or trouble; answers and faulty by key. */
async function all() {
  const answers = new Map(), faulty = new Map();
  for (const item of (await waiting()).filter((one) => !one.faults)) {
    const { state, said } = await one(item);
    if (state === "faulty") {
      // kept, marked, and not sent again until it has been put right
      await keep({ ...item, faults: said.faults });
      faulty.set(item.key, said.faults);
    } else if (state === "sent") {
      // the code first: it must not be lost between the two
      if (said.code) await receipt({ code: said.code, no: said.no, key: item.key, at: Date.now() });
      await settle(item.key);
      answers.set(item.key, said);
    } else {
      return { state, answers, faulty };
    }
  }
  return { state: "sent", answers, faulty };
}

async function one(item) {
  const body = new FormData();
  for (const [name, value] of item.fields) body.append(name, value);
  for (const photo of item.photos) body.append("photo", photo.blob, photo.name);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(item.url, {
      method: "POST", credentials: "same-origin", redirect: "manual", signal: stop.signal, body,
      headers: { accept: "application/json" },
    });
    if (answer.status === 429) return { state: "busy" };
    if (answer.status >= 500) return { state: "offline" };
    if (answer.status !== 200 && answer.status !== 422) return { state: "trouble" };
    const said = await answer.json();
    return { state: answer.status === 200 ? "sent" : "faulty", said };
  } catch {
    return { state: "offline" };
  } finally {
    clearTimeout(timer);
  }
}
