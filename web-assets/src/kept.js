// What a phone keeps: an IndexedDB with the stores a page names. Shared by pages and service workers.

/** Opens the database `name`; `stores` says each store's key. Returns a function that runs `body` on one store and
 *  resolves when the transaction is on disk. */
export function shelf(name, stores) {
  const open = () => new Promise((done, fail) => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(stores)) asked.result.createObjectStore(store, { keyPath });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  return async (store, mode, body) => {
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
  };
}
