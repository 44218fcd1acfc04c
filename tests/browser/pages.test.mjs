// Every page of the running program at 320, 360 and 1440: axe finds nothing (360, 1440), nothing scrolls sideways, controls are
// large enough, no error in the console, no violation of the content policy, every chart is drawn, a screen reader finds its
// way, and it reads without script.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { axe, launch, noSidewaysScroll, squeezedName, open, shot, smallTargets, stopsWithoutRing } from "./lib/browser.mjs";
import { cookiesOf, start } from "./lib/program.mjs";
import { skipFault, structureFaults } from "./lib/structure.mjs";
import { PAGES } from "./pages.list.mjs";

const WIDTHS = [1440, 360, 320];
/** What a demonstration holds depends on its day: this one is always a Monday morning with work that is late. */
const CLOCK = "2026-11-23 09:30";
let browser, program;

before(async () => {
  browser = await launch();
  program = await start({ clock: CLOCK });
});
after(async () => {
  await browser?.close();
  await program?.stop();
});

/** Opens `path` as `post` and runs `body` on it; any console error or policy violation is a failure. */
async function visit({ path, post, follow }, options, body) {
  const page = await open(browser, options);
  try {
    if (post) await page.context().addCookies(await cookiesOf(browser, program, post));
    if (options.size) await page.context().addCookies([{ name: "nj_size", value: options.size, url: program.url }]);
    let answer = await page.goto(program.url + path, { waitUntil: "load" });
    assert.equal(new URL(page.url()).pathname, path.split("?")[0], "sent elsewhere");
    for (const link of [follow ?? []].flat()) answer = await page.goto(program.url + await page.locator(link).first().getAttribute("href"), { waitUntil: "load" });
    assert.equal(answer.status(), 200, `${page.url()} answered ${answer.status()}`);
    await body(page);
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
}

/** Waits until every chart that is shown is drawn, however far down it stands. */
async function drawn(page) {
  for (const chart of await page.locator("u-chart:visible").all()) {
    await chart.scrollIntoViewIfNeeded();
    await chart.and(page.locator("[data-drawn]")).waitFor();
  }
}

for (const entry of PAGES) {
  describe(`${entry.path}${entry.follow ? ` → ${entry.follow}` : ""}${entry.post ? ` as ${entry.post}` : ""}`, () => {
    for (const width of WIDTHS) {
      test(`at ${width}`, () => visit(entry, { width }, async (page) => {
        assert.match(await page.locator("main").innerText(), new RegExp(entry.holds));
        assert.equal(await page.locator("h1").count(), 1);
        assert.equal(await noSidewaysScroll(page), null);
        if (width === 1440) {
          assert.equal(await squeezedName(page), null);
          await drawn(page);
        }
        assert.deepEqual(await smallTargets(page, entry.face === "hall" ? 44 : 24), []);
        if (width !== 320) assert.deepEqual(await axe(page), []);
        await shot(page, `page${entry.path.replace(/\W+/g, "-")}${entry.follow ? "-one" : ""}${Array.isArray(entry.follow) ? entry.follow.length : ""}-${width}`, { fullPage: true });
      }));
    }
    if (entry.face === "hall") {
      for (const width of [360, 320]) {
        test(`in large type at ${width}`, () => visit(entry, { width, size: "xl" }, async (page) => {
          assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), "22px");
          assert.equal(await noSidewaysScroll(page), null);
          assert.deepEqual(await smallTargets(page, 44), []);
          assert.deepEqual(await axe(page), []);
          await shot(page, `page${entry.path.replace(/\W+/g, "-")}-xl-${width}`, { fullPage: true });
        }));
      }
    }
    test("a screen reader finds its way", () => visit(entry, { width: entry.face === "hall" ? 360 : 1440 }, async (page) => {
      assert.deepEqual(await structureFaults(page), []);
      assert.equal(await skipFault(page), null);
    }));
    test("each tab stop shows a ring", () => visit(entry, {}, async (page) => assert.deepEqual(await stopsWithoutRing(page), [])));
    test("reads without script", () => visit(entry, { width: 360, javaScript: false }, async (page) => {
      assert.match(await page.locator("main").innerText(), new RegExp(entry.holds));
    }));
  });
}
