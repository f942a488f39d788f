// Keeps the page of a running seminar, and the KEPT files that it loads, for the time without a network. They name nobody.
const SHELL = "/seminars/live", CACHE = `seminar ${self.location.search} ${KEPT}`;

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await caches.open(CACHE), shell = await fetch(SHELL + self.location.search, { credentials: "omit" });
  if (!shell.ok) throw new Error(shell.status);
  await cache.put(SHELL, shell);
  await cache.addAll(KEPT);
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request, { origin, pathname, search } = new URL(url);
  const kept = (path) => caches.match(path, { ignoreVary: true });
  if (method !== "GET" || origin !== self.location.origin) return;
  if (pathname + search === SHELL || KEPT.includes(pathname)) {
    event.respondWith(kept(pathname).then((found) => found || fetch(event.request)));
  } else if (mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => kept(SHELL)));
  }
});
