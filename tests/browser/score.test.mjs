// The score sheet (成绩单) of `niangjia alert backtest`: a page that stands alone in a folder. The demo district with its
// known truth is replayed, and the page is read at three widths, without script, by keyboard and on paper.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { axe, launch, noSidewaysScroll, open, shot, smallTargets, stopsWithoutRing } from "./lib/browser.mjs";
import { BINARY } from "./lib/program.mjs";

let browser, folder, address, sheet;

before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "niangjia-score-"));
  const run = (...args) => execFileSync(BINARY, args, { stdio: ["ignore", "ignore", "pipe"] });
  const demo = join(folder, "demo"), out = join(folder, "out");
  run("demo", "--dir", demo, "--members", "5000", "--today", "2026-11-20", "--no-serve");
  run("alert", "backtest", "--rules", "rules.composite", "--rules", "rules.months_owed", "--from", "2020-01", "--to", "2026-07", "--ending", "confirmed", "--out", out, "--dir", demo);
  address = pathToFileURL(join(out, "score.html")).href;
  sheet = JSON.parse(readFileSync(join(out, "score.json"), "utf8"));
});
after(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

async function visit(options, body) {
  const page = await open(browser, options);
  try {
    await page.goto(address, { waitUntil: "load" });
    await body(page);
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
}

describe("the score page", () => {
  for (const width of [1440, 360, 320]) {
    test(`at ${width}`, () => visit({ width }, async (page) => {
      assert.equal(await page.locator("h1").count(), 1);
      assert.equal(await noSidewaysScroll(page), null);
      assert.deepEqual(await smallTargets(page, 24), []);
      assert.deepEqual(await axe(page), []);
      for (const details of await page.locator("details").all()) await details.evaluate((e) => { e.open = true; });
      assert.equal(await noSidewaysScroll(page), null);
      assert.deepEqual(await axe(page), [], "with everything opened");
      await shot(page, `score-${width}`, { fullPage: true });
    }));
  }

  test("its figures are those of score.json", () => visit({}, async (page) => {
    const text = await page.locator("main").innerText();
    for (const rules of sheet.rule_sets) {
      const { precision, recall, missed } = rules.endings[0];
      for (const share of [precision, recall]) assert.ok(text.includes(`${share.pct.toFixed(2)}%（${share.k} ÷ ${share.n}）`), `${rules.title}: ${JSON.stringify(share)}`);
      assert.ok(text.includes(`没有走在前面的：${missed.length} 起`));
    }
    assert.match(text, /工会自己的线索加上了什么/);
    assert.match(text, /没有过任何投诉/);
  }));

  test("one drawing of each chart is shown, and each says what it shows", () => visit({ width: 360 }, async (page) => {
    assert.equal(await page.locator("svg.wide:visible").count(), 0);
    assert.ok(await page.locator("svg.narrow:visible").count() >= 3);
    for (const chart of await page.locator("svg.narrow").all()) assert.ok((await chart.getAttribute("aria-label")).length > 5);
    const small = await page.locator("svg.narrow:visible text").evaluateAll((all) => all.filter((e) => e.getBoundingClientRect().height < 11).length);
    assert.equal(small, 0, "words in a chart keep their size on a phone");
    const outside = await page.locator("svg.narrow:visible").evaluateAll((all) => all.flatMap((svg) => {
      const frame = svg.getBoundingClientRect();
      return [...svg.querySelectorAll("text")].filter((e) => e.getBoundingClientRect().right > frame.right + 1 || e.getBoundingClientRect().left < frame.left - 1).map((e) => e.textContent);
    }));
    assert.deepEqual(outside, [], "no word is cut off");
  }));

  test("each tab stop shows a ring", () => visit({}, async (page) => assert.deepEqual(await stopsWithoutRing(page), [])));

  test("reads without script", () => visit({ javaScript: false }, async (page) => {
    assert.match(await page.locator("main").innerText(), /怎么算的/);
  }));

  test("on paper everything is there, and no table is cut", () => visit({ width: 680 }, async (page) => {
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("nav").isVisible(), false);
    assert.equal(await page.locator("svg.narrow:visible").count(), 0);
    // 178 mm between the margins of A4 are 672 px: every table fits.
    const wide = await page.locator("table:visible").evaluateAll((all) => all.filter((e) => e.getBoundingClientRect().width > 681).map((e) => `${e.closest(".scroll").getAttribute("aria-label")} ${Math.round(e.getBoundingClientRect().width)}`));
    assert.deepEqual(wide, []);
    assert.ok(await page.locator("details table").first().isVisible(), "what is folded on screen is printed");
    await page.pdf({ path: join(folder, "score.pdf"), format: "A4" });
  }));
});
