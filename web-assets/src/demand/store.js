// What waits on this phone: a form half typed, forms still to be sent, and codes that were not noted yet.
import { shelf } from "../kept.js";

const within = shelf("niangjia-demand", { outbox: "key", drafts: "name", receipts: "code" });

/** Keeps a form to be sent: {key, url, kind, says, fields, photos, at}. */
export const keep = (item) => within("outbox", "readwrite", (s) => s.put(item));

/** Forms to be sent, oldest first. */
export async function waiting() {
  const all = await within("outbox", "readonly", (s) => s.getAll());
  return all.sort((a, b) => a.at - b.at);
}

/** Lets go of a form that arrived, or was taken back. */
export const settle = (key) => within("outbox", "readwrite", (s) => s.delete(key));

/** Keeps what is half typed: {name, title, href, fields, photos}. */
export const draft = (item) => within("drafts", "readwrite", (s) => s.put(item));
/** What was half typed; undefined when there is nothing. */
export const drafted = (name) => within("drafts", "readonly", (s) => s.get(name));
/** Everything half typed. */
export const drafts = () => within("drafts", "readonly", (s) => s.getAll());
/** Throws it away. */
export const discard = (name) => within("drafts", "readwrite", (s) => s.delete(name));

/** Keeps a code until its owner has noted it: {code, no, key, at}. */
export const receipt = (item) => within("receipts", "readwrite", (s) => s.put(item));
/** Codes not noted yet. */
export const receipts = () => within("receipts", "readonly", (s) => s.getAll());
/** The code is noted. */
export const noted = (code) => within("receipts", "readwrite", (s) => s.delete(code));
