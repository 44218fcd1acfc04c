// The service worker of one room that works without a network, and of nothing else. It keeps one page without anything
// personal, and the styles and scripts that page needs; every other page always comes from the network. ROOM is put in
// front by the server: {name, shell, sync, kept, more, version}.
import { storeOf } from "./store.js";
import { senderOf } from "./send.js";

const { name, shell, sync, kept, more, version } = self.ROOM;
const CACHE = `${name} ${version} ${kept.join(" ")}`;
const store = storeOf(name);
const send = senderOf(store, sync);

self.addEventListener("install", (event) => {
  const fill = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll([...kept, ...more]);
    await cache.put(shell, await fetch(shell, { cache: "no-store" }));
    await self.skipWaiting();
  };
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const key of await caches.keys()) if (key.startsWith(`${name} `) && key !== CACHE) await caches.delete(key);
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
    event.respondWith(fetch(request).catch(async () => (await caches.match(shell, { ignoreVary: true })) || Response.error()));
  } else if (kept.includes(pathname)) {
    event.respondWith(caches.match(pathname, { ignoreVary: true }).then((found) => found || fetch(request)));
  }
});

self.addEventListener("sync", (event) => {
  if (event.tag !== name) return;
  const go = async () => {
    const owner = await store.recall("owner");
    const { state } = owner ? await send(owner) : { state: "sent" };
    // an error makes the browser try again later
    if (state === "offline") throw new Error(state);
  };
  event.waitUntil(go());
});
