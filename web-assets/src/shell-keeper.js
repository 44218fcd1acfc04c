// What every service worker here does: keep one page (or one for each form) without anything personal, with the styles and scripts it needs;
// every other page always comes from the network. ROOM is put in front of the built script by the server:
// {name, shell, shells, sync, kept, more, version}.
export const room = self.ROOM;
const { name, shell, shells, kept, more, version } = room;
const CACHE = `${name} ${version} ${kept.join(" ")}`;

self.addEventListener("install", (event) => {
  const fill = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll([...kept, ...more]);
    for (const page of new Set([shell, ...Object.values(shells)])) await cache.put(page, await fetch(page, { cache: "no-store" }));
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
    event.respondWith(fetch(request).catch(async () => (await caches.match(shells[pathname] || shell, { ignoreVary: true })) || Response.error()));
  } else if (kept.includes(pathname)) {
    event.respondWith(caches.match(pathname, { ignoreVary: true }).then((found) => found || fetch(request)));
  }
});

/** Sends what waits when the network returns. `send` says the state it ends in; with "offline" or "busy" the browser
 *  tries again later. */
export function sendsLater(send) {
  self.addEventListener("sync", (event) => {
    if (event.tag !== name) return;
    const go = async () => {
      const { state } = await send();
      if (state === "offline" || state === "busy") throw new Error(state);
    };
    event.waitUntil(go());
  });
}
