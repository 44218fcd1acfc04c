// The service worker of the notebook, and of nothing else. It keeps one page without anything personal, and the styles
// and scripts that page needs; every other page always comes from the network. KEPT is put in front by the server.
import { recall } from "./store.js";
import { send } from "./send.js";

const SHELL = "/hall/notebook/offline";
const kept = self.KEPT || [];
const CACHE = `notebook ${kept.join(" ")}`;

self.addEventListener("install", (event) => {
  const fill = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll([...kept, "/notebook.webmanifest"]);
    await cache.put(SHELL, await fetch(SHELL, { cache: "no-store" }));
    await self.skipWaiting();
  };
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name.startsWith("notebook ") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(async () => (await caches.match(SHELL, { ignoreVary: true })) || Response.error()));
  } else if (kept.includes(pathname)) {
    event.respondWith(caches.match(pathname, { ignoreVary: true }).then((found) => found || fetch(request)));
  }
});

self.addEventListener("sync", (event) => {
  if (event.tag !== "notebook") return;
  const go = async () => {
    const owner = await recall("owner");
    const { state } = owner ? await send(owner) : { state: "sent" };
    // an error makes the browser try again later
    if (state === "offline") throw new Error(state);
  };
  event.waitUntil(go());
});
