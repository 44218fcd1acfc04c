// The service worker of 码上助, and of nothing else. It keeps the empty form and what that page needs, and sends what
// waits when the network returns. ABOUT is put in front by the server.
import { send } from "./send.js";

const SHELL = "/hall/demand/offline";
const { kept, version } = self.ABOUT;
const CACHE = `demand ${version} ${kept.join(" ")}`;

self.addEventListener("install", (event) => {
  const fill = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(kept);
    await cache.put(SHELL, await fetch(SHELL, { cache: "no-store" }));
    await self.skipWaiting();
  };
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name.startsWith("demand ") && name !== CACHE) await caches.delete(name);
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
  if (event.tag !== "demand") return;
  const go = async () => {
    const { state } = await send();
    // an error makes the browser try again later
    if (state === "offline" || state === "busy") throw new Error(state);
  };
  event.waitUntil(go());
});
