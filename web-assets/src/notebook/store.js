// What waits on this phone: one IndexedDB with the entries still to be sent, shared by the pages and the service worker.
const NAME = "niangjia-notebook";

function open() {
  return new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("waiting", { keyPath: "id" });
      asked.result.createObjectStore("about", { keyPath: "name" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}

/** Runs `body` on one object store and resolves when the transaction is on disk. */
async function within(store, mode, body) {
  const db = await open();
  try {
    return await new Promise((done, fail) => {
      // strict: what the page calls stored survives the battery
      const tx = db.transaction(store, mode, mode === "readwrite" ? { durability: "strict" } : undefined);
      const asked = body(tx.objectStore(store));
      tx.oncomplete = () => done(asked && asked.result);
      tx.onerror = tx.onabort = () => fail(tx.error);
    });
  } finally {
    db.close();
  }
}

/** Keeps a change: {id, edited_at, owner, fields} or {…, remove: true}. A later change of the same entry replaces it. */
export const keep = (change) => within("waiting", "readwrite", (s) => s.put(change));

/** The changes of one owner, oldest first. */
export async function waiting(owner) {
  const all = await within("waiting", "readonly", (s) => s.getAll());
  return all.filter((change) => change.owner === owner).sort((a, b) => a.edited_at - b.edited_at);
}

/** Lets go of changes that arrived, unless they were changed again meanwhile. */
export const settle = (changes) => within("waiting", "readwrite", (s) => {
  for (const change of changes) {
    const asked = s.get(change.id);
    asked.onsuccess = () => {
      if (asked.result && asked.result.edited_at === change.edited_at) s.delete(change.id);
    };
  }
});

/** Remembers a small fact: who writes on this phone, how large the type is. */
export const remember = (name, value) => within("about", "readwrite", (s) => s.put({ name, value }));

/** Recalls it; undefined when it was never told. */
export async function recall(name) {
  const found = await within("about", "readonly", (s) => s.get(name));
  return found && found.value;
}
