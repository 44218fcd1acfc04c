// One Chromium for a test file, and the checks every page must pass.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const here = dirname(dirname(fileURLToPath(import.meta.url)));
const shots = join(here, "shots");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PLACES = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
export const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"];

/** Where the installed Chromium is; refuses in words when there is none. */
export function chromiumPath() {
  const path = PLACES.find((place) => place && existsSync(place));
  if (!path) throw new Error("no Chromium found: run scripts/install-test-tools, or set CHROMIUM to its path");
  return path;
}

/** Starts the installed Chromium. */
export async function launch() {
  const executablePath = chromiumPath();
  // date fields and file buttons speak the browser's own language, which comes from here and not from the context
  return chromium.launch({ executablePath, args: [...FLAGS, "--lang=zh-CN"], env: { ...process.env, LANGUAGE: "zh_CN" } });
}

/**
 * A page that remembers what went wrong on it. `page.faults` collects console errors, script errors and
 * violations of the content security policy; `failures()` of a test must find it empty.
 */
export async function open(browser, { width = 1440, height = 900, touch = width < 760, javaScript = true } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, locale: "zh-CN", timezoneId: "Asia/Shanghai", hasTouch: touch, javaScriptEnabled: javaScript, bypassCSP: false });
  const page = await context.newPage();
  page.faults = [];
  page.on("console", (message) => {
    // a form answered with 422 is an ordinary answer; Chromium still prints it as a failed resource
    if (message.type() === "error" && !/status of 4(09|22)/.test(message.text())) page.faults.push(message.text());
  });
  page.on("pageerror", (error) => page.faults.push(String(error)));
  return page;
}

/** axe-core over WCAG 2.0–2.2 A/AA and best practices: a list of sentences, empty when the page is clean. */
export async function axe(page) {
  // An isolated world is not bound by the page's policy; page.evaluate would be refused under default-src 'self'.
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id, worldName: "axe" });
  const run = async (expression, awaitPromise) => {
    const answer = await session.send("Runtime.evaluate", { expression, contextId: executionContextId, awaitPromise, returnByValue: true });
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description || answer.exceptionDetails.text);
    return answer.result.value;
  };
  await run(`${AXE};0`, false);
  const found = await run(`axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"], resultTypes: ["violations"]})
    .then((r) => r.violations.map((v) => v.id + ": " + v.help + " → " + v.nodes.slice(0, 4).map((n) => n.target.join(" ") + " " + n.html.slice(0, 120)).join(" | ")))`, true);
  await session.detach();
  return found;
}

/** The page's name stands in a line or two, badges included; squeezed by what stands beside it, it becomes a column. */
export async function squeezedName(page) {
  return page.locator("h1").first().evaluate((h1) => {
    const lines = h1.getBoundingClientRect().height / (1.5 * parseFloat(getComputedStyle(h1).fontSize));
    return lines > 4 ? `${Math.round(lines)} lines: ${h1.innerText}` : null;
  });
}

/** Null, or a sentence naming what sticks out of the window at the side (WCAG 1.4.10 reflow). */
export async function noSidewaysScroll(page) {
  return page.evaluate(() => {
    const wide = document.documentElement.scrollWidth - window.innerWidth;
    if (wide <= 0) return null;
    const out = [...document.querySelectorAll("body *")].filter((e) => {
      const box = e.getBoundingClientRect();
      return box.width && box.right > window.innerWidth + 1 && !e.closest(".tw, .seg");
    }).slice(0, 4).map((e) => `${e.tagName.toLowerCase()}.${e.getAttribute("class") || ""}`);
    return `${wide} px too wide at ${window.innerWidth}: ${out.join(", ")}`;
  });
}

/** Controls smaller than `least` px on either side, links inside sentences excepted (WCAG 2.5.8). */
export async function smallTargets(page, least = 24) {
  return page.evaluate((min) => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter((e) => {
    const target = e.closest("label") || e;
    const box = target.getBoundingClientRect();
    if (!box.width || !box.height || e.closest(".skip, .vh, p, dd, .note, .site, .prose, [aria-hidden=true]") || getComputedStyle(e).visibility === "hidden") return false;
    return box.width < min - 0.5 || box.height < min - 0.5;
  }).map((e) => `${e.tagName.toLowerCase()} "${(e.getAttribute("aria-label") || e.textContent).trim().slice(0, 20)}" ${Math.round(e.getBoundingClientRect().width)}×${Math.round(e.getBoundingClientRect().height)}`), least);
}

/** Tab stops among the first `count` that show no focus ring. */
export async function stopsWithoutRing(page, count = 25) {
  const bare = [];
  for (let i = 0; i < count; i += 1) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return null;
      const style = getComputedStyle(e);
      return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 ? null : `${e.tagName.toLowerCase()}.${e.className}`;
    });
    if (name) bare.push(name);
  }
  return bare;
}

/** Writes a picture to tests/browser/shots/ (ignored by git) for a person to look at. */
export async function shot(page, name, options = {}) {
  mkdirSync(shots, { recursive: true });
  const path = join(shots, `${name}.png`);
  await page.screenshot({ path, ...options });
  return path;
}
