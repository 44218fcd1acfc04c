// The one build: node build.mjs. Bundles scripts and styles, draws the icon sprite, writes dist/ with hashed names.
// dist/ is ignored by git (no third-party code is committed) and embedded in the binary.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const TABLER = join(here, "node_modules/@tabler/icons/icons/outline");
// safari14 makes esbuild refuse ("Transforming destructuring"); 14.1 is the real floor.
const target = ["chrome87", "safari14.1"];
const packages = new Set(["@tabler/icons"]);
const manifest = {};

/** Name with the first eight hex digits of the content's SHA-256, so that a file may be cached for ever. */
function hashed(name, bytes) {
  const dot = name.lastIndexOf(".");
  return `${name.slice(0, dot)}-${createHash("sha256").update(bytes).digest("hex").slice(0, 8)}${name.slice(dot)}`;
}

/** Writes `name` under its hashed name and remembers it in the manifest. */
function put(name, bytes) {
  const file = hashed(name, bytes);
  writeFileSync(join(dist, file), bytes);
  manifest[name] = file;
  return file;
}

/** Bundles one entry and stores it as `name`; images it refers to keep the hashed names esbuild gave them. */
async function bundle(entry, name, options = {}) {
  const result = await build({
    absWorkingDir: here, entryPoints: [entry], bundle: true, minify: true, write: false, outdir: "dist", target,
    format: "iife", metafile: true, legalComments: "none", logLevel: "warning", assetNames: "[name]-[hash]",
    loader: { ".svg": "file", ".png": "file", ".gif": "file" }, ...options,
  });
  for (const input of Object.keys(result.metafile.inputs)) {
    const found = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//);
    if (found) packages.add(found[1]);
  }
  const wanted = name.slice(name.lastIndexOf("."));
  let file;
  for (const out of result.outputFiles) {
    if (out.path.endsWith(wanted)) file = put(name, out.contents);
    else if (!/\.(css|js)$/.test(out.path)) writeFileSync(out.path, out.contents);
  }
  return file;
}

/** One sprite of <symbol>s: our own shapes and the listed Tabler icons. */
function sprite() {
  const names = readFileSync(join(here, "icons/list.txt"), "utf8").split("\n").map((l) => l.trim()).filter((l) => l && !l.startsWith("#"));
  const repeated = names.filter((n, i) => names.indexOf(n) !== i);
  if (repeated.length) throw new Error(`icons/list.txt names twice: ${repeated.join(", ")}`);
  const symbols = names.map((name) => {
    const file = join(TABLER, `${name}.svg`);
    if (!existsSync(file)) throw new Error(`icons/list.txt: Tabler has no outline icon "${name}"`);
    const body = readFileSync(file, "utf8").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>[\s\S]*$/, "").replace(/<path stroke="none"[^>]*\/>/, "").replace(/>\s+</g, "><").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
  });
  const own = readFileSync(join(here, "icons/own.svg"), "utf8").replace(/<!--[\s\S]*?-->/g, "").trim();
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${own.replace(/>\s+</g, "><")}${symbols.join("")}</svg>`);
}

/** Licence texts of every package whose code or drawings are in dist. */
function licences() {
  const parts = [];
  for (const name of [...packages].sort()) {
    const dir = join(here, "node_modules", name);
    const meta = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
    const texts = readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((f) => f.isFile() && /^(licen[cs]e|notice)[^.]*(\.(txt|md))?$/i.test(f.name))
      .map((f) => readFileSync(join(f.parentPath ?? f.path, f.name), "utf8").trim());
    if (!texts.length) throw new Error(`${name} has no licence file`);
    parts.push(`${name} ${meta.version} (${meta.license})\n\n${texts.join("\n\n")}`);
  }
  return parts.join(`\n\n${"=".repeat(72)}\n\n`) + "\n";
}

/** Precompressed twins, so that the server never compresses an asset while someone waits. */
function compress() {
  for (const file of readdirSync(dist)) {
    const bytes = readFileSync(join(dist, file));
    if (bytes.length < 1024 || /\.(png|gif)$/.test(file)) continue;
    writeFileSync(join(dist, `${file}.gz`), gzipSync(bytes, { level: 9 }));
    writeFileSync(join(dist, `${file}.br`), brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
put("icons.svg", sprite());
put("favicon.svg", readFileSync(join(here, "icons/favicon.svg")));
await bundle("css/union.css", "union.css");
await bundle("css/paper.css", "paper.css");
await bundle("css/poster.css", "poster.css");
const later = {};
if (existsSync(join(here, "src/charts.js"))) later.CHARTS_FILE = JSON.stringify(await bundle("src/charts.js", "charts.js", { format: "esm" }));
if (existsSync(join(here, "src/map.js"))) {
  later.MAP_CSS_FILE = JSON.stringify(await bundle("src/map.css", "map.css"));
  later.MAP_FILE = JSON.stringify(await bundle("src/map.js", "map.js", { format: "esm" }));
}
await bundle("src/app.js", "app.js", { define: later });
await bundle("src/notebook/page.js", "notebook.js");
await bundle("src/sentinel/page.js", "sentinel.js");
await bundle("src/queue/worker.js", "queue-worker.js");
await bundle("src/demand/page.js", "demand.js");
await bundle("src/demand/worker.js", "demand-worker.js");
put("LICENSES.txt", Buffer.from(licences()));
compress();
writeFileSync(join(dist, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
for (const [name, file] of Object.entries(manifest)) {
  const raw = readFileSync(join(dist, file)).length;
  const gz = existsSync(join(dist, `${file}.gz`)) ? readFileSync(join(dist, `${file}.gz`)).length : raw;
  console.log(`${name.padEnd(13)} ${(raw / 1024).toFixed(1).padStart(7)} KB ${(gz / 1024).toFixed(1).padStart(6)} KB gzip  ${file}`);
}
