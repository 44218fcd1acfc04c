// Serves fixture pages and the built assets under the strictest policy we ship, to test styles and script without the program.
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { here } from "./browser.mjs";

const dist = join(here, "../../web-assets/dist");
const TYPES = { css: "text/css", js: "text/javascript", svg: "image/svg+xml", json: "application/json", png: "image/png", html: "text/html; charset=utf-8" };

/** Starts a server for `pages` (path → html string or function of the request); returns {url, close, hits}. */
export async function serve(pages) {
  if (!existsSync(join(dist, "manifest.json"))) throw new Error("web-assets/dist is missing: run `make assets`");
  const manifest = JSON.parse(readFileSync(join(dist, "manifest.json"), "utf8"));
  const hits = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    hits.push({ method: request.method, path, body: Buffer.concat(chunks).toString(), headers: request.headers });
    response.setHeader("Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    if (path.startsWith("/assets/")) {
      const name = path.slice(8);
      const file = join(dist, manifest[name] || name);
      if (!existsSync(file)) return response.writeHead(404).end();
      response.setHeader("Content-Type", TYPES[file.split(".").pop()] || "application/octet-stream");
      return response.end(readFileSync(file));
    }
    const page = pages[`${request.method} ${path}`] || pages[path];
    if (page === undefined) return response.writeHead(404).end();
    const answer = typeof page === "function" ? page(hits[hits.length - 1]) : page;
    const { status = 200, type = TYPES.html, body } = typeof answer === "string" ? { body: answer } : answer;
    return response.writeHead(status, { "Content-Type": type }).end(body);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, hits, close: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }) };
}
