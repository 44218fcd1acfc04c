// What waits on this phone: one IndexedDB a room (notebook, sentinel) with the entries still to be sent, shared by the
// room's pages and its service worker.

import { shelf } from "../kept.js";

/** The store of a room. */
export function storeOf(name) {
  const within = shelf(`niangjia-${name}`, { waiting: "id", about: "name" });
  return {
    /** Keeps a change: {id, edited_at, owner, fields} or {…, remove: true}. A later change of the same entry replaces it. */
    keep: (change) => within("waiting", "readwrite", (s) => s.put(change)),

    /** The changes of one owner, oldest first. */
    async waiting(owner) {
      const all = await within("waiting", "readonly", (s) => s.getAll());
      return all.filter((change) => change.owner === owner).sort((a, b) => a.edited_at - b.edited_at);
    },

    /** Lets go of changes that arrived, unless they were changed again meanwhile. */
    settle: (changes) => within("waiting", "readwrite", (s) => {
      for (const change of changes) {
        const asked = s.get(change.id);
        asked.onsuccess = () => {
          if (asked.result && asked.result.edited_at === change.edited_at) s.delete(change.id);
        };
      }
    }),

    /** Remembers a small fact: who writes on this phone, how large the type is, whom to visit this week. */
    remember: (fact, value) => within("about", "readwrite", (s) => s.put({ name: fact, value })),

    /** Recalls it; undefined when it was never told. */
    async recall(fact) {
      const found = await within("about", "readonly", (s) => s.get(fact));
      return found && found.value;
    },
  };
}
