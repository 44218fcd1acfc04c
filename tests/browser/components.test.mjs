// Every component of web-assets once, without the program: accessibility, reflow, target sizes, script behaviour,
// all under the strictest policy we ship (default-src 'self').
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as desk from "./fixtures/console.mjs";
import * as hall from "./fixtures/hall.mjs";
import * as wall from "./fixtures/screen.mjs";
import { axe, launch, noSidewaysScroll, open, shot, smallTargets, stopsWithoutRing } from "./lib/browser.mjs";
import { serve } from "./lib/still.mjs";

const STILL = {
  console: { list: desk.list, workbench: desk.workbench, importing: desk.importing, form: desk.form, member: desk.member, login: desk.login },
  hall: { home: hall.home, "home-large": hall.homeLarge, join: hall.join, card: hall.card, mine: hall.mine },
  screen: { overview: wall.overview },
};
const WIDTHS = [1440, 360, 320];

let browser, site, polls = 0;

before(async () => {
  browser = await launch();
  const pages = { "/geo.json": { type: "application/json", body: wall.geo }, "/rows": desk.filteredRows, "/members": desk.login, "/prefs/size/xl": { status: 204, body: "" }, "/prefs/size/": { status: 204, body: "" } };
  pages["/progress"] = () => (polls++ ? "<p id=\"finished\">完成</p>" : '<u-poll hx-get="/progress" hx-trigger="poll" hx-swap="outerMorph" every="500"><progress class="prg" max="100" value="80" aria-label="导入进度">80%</progress></u-poll>');
  pages["POST /members"] = { status: 422, body: '<form class="fm" method="post" action="/members" novalidate><div class="errsum" role="alert" tabindex="-1" id="again"><h2>还有 1 处</h2><ul><li><a href="#other">请填写</a></li></ul></div><div class="fld bad"><label for="other">其他</label><input class="in" id="other"></div></form>' };
  for (const path of ["/imports/3/cancel", "/merge"]) pages[`POST ${path}`] = desk.login;
  for (const [face, list] of Object.entries(STILL)) for (const [name, body] of Object.entries(list)) pages[`/${face}/${name}`] = body;
  site = await serve(pages);
});
after(async () => {
  await browser?.close();
  await site?.close();
});

/** Opens a fixture, runs `body`, and demands that the page had no error and broke no policy. */
async function on(path, options, body) {
  const page = await open(browser, options);
  await page.goto(site.url + path, { waitUntil: "load" });
  await body(page);
  assert.deepEqual(page.faults, []);
  await page.context().close();
}

describe("every component page", () => {
  for (const [face, list] of Object.entries(STILL)) {
    for (const name of Object.keys(list)) {
      for (const width of WIDTHS) {
        test(`${face}/${name} at ${width}`, () => on(`/${face}/${name}`, { width }, async (page) => {
          assert.equal(await noSidewaysScroll(page), null);
          assert.deepEqual(await smallTargets(page, face === "hall" ? 44 : 24), []);
          assert.deepEqual(await axe(page), []);
          await shot(page, `component-${face}-${name}-${width}`, { fullPage: true });
        }));
      }
      test(`${face}/${name}: each tab stop shows a ring`, () => on(`/${face}/${name}`, {}, async (page) => assert.deepEqual(await stopsWithoutRing(page), [])));
      test(`${face}/${name} without script: readable, no sideways scroll at 320`, () => on(`/${face}/${name}`, { width: 320, javaScript: false }, async (page) => {
        assert.ok((await page.locator("main").innerText()).length > 20);
        const wide = await page.locator("html").evaluate((e) => e.scrollWidth - e.clientWidth);
        assert.ok(wide <= 0, `${wide} px too wide`);
      }));
    }
  }
});

describe("charts", () => {
  test("draw as SVG under default-src 'self', keep the table, follow the row link", () => on("/console/workbench", {}, async (page) => {
    await page.waitForSelector("u-chart[data-drawn] svg");
    assert.equal(await page.locator("u-chart [role=img]").getAttribute("aria-label"), "近六个月入会人数，六月最多");
    await page.locator(".chart-data summary").click();
    assert.ok(await page.locator("u-chart table").isVisible());
    const drawn = await page.locator("u-chart .chart-box").innerHTML();
    assert.match(drawn, /月目标 500/);
    assert.doesNotMatch(drawn, /<canvas/);
    const box = await page.locator("u-chart .chart-box").boundingBox();
    await page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.6); // opens the tooltip over the first column
    await page.waitForTimeout(200);
    assert.match(await page.locator("u-chart .chart-box").innerHTML(), /1412人/);
    await Promise.all([page.waitForURL(/members\?m=6/), page.mouse.click(box.x + box.width * 0.25, box.y + box.height * 0.6)]);
  }));

  test("a map is drawn from an outline, and its table stays in view", () => on("/screen/overview", { width: 1920, height: 1080 }, async (page) => {
    await page.waitForSelector('u-chart[kind="map"][data-drawn] svg');
    assert.match(await page.locator('u-chart[kind="map"] .chart-box').innerHTML(), /塘栖镇/);
    assert.ok(await page.locator('u-chart[kind="map"] table').isVisible());
    await shot(page, "component-screen-overview-1920");
  }));
});

describe("keyboard", () => {
  test("J and K move through rows, / searches, ? lists the keys and can switch them off", () => on("/console/list", {}, async (page) => {
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "钱*芳");
    await page.keyboard.press("k");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "赵*勤");
    assert.equal(await page.locator("tr.cur").count(), 1);
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.id), "k");
    await page.keyboard.type("jk/?");
    assert.equal(await page.inputValue("#k"), "jk/?");
    await page.keyboard.press("Tab");
    await page.locator("h1").click();
    await page.keyboard.press("?");
    assert.deepEqual(await axe(page), []);
    await page.locator("#u-keys input").uncheck();
    await page.keyboard.press("Escape");
    await page.locator("h1").click();
    await page.keyboard.press("j");
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "BODY");
  }));

  test("the whole page of rows is ticked from the head, and Escape closes a menu", () => on("/console/list", {}, async (page) => {
    await page.locator("input[data-all]").check();
    assert.equal(await page.locator("#rows input:checked").count(), 4);
    await page.locator("summary.who").press("Enter");
    assert.ok(await page.locator(".menu-pop").isVisible());
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press("Escape");
    assert.ok(await page.locator(".menu-pop").isHidden());
    assert.equal(await page.evaluate(() => document.activeElement.className), "who");
  }));

  test("on a phone the navigation opens by its link, without script", () => on("/console/list", { width: 360, javaScript: false }, async (page) => {
    assert.ok(await page.locator("#nav").isHidden());
    await page.locator('a[href="#nav"]').click();
    assert.ok(await page.locator("#nav").isVisible());
  }));
});

describe("forms", () => {
  test("focus goes to the summary and its links go to the fields", () => on("/console/form", {}, async (page) => {
    assert.ok(await page.evaluate(() => document.activeElement.classList.contains("errsum")));
    await page.locator('.errsum a[href="#phone"]').click();
    assert.equal(await page.evaluate(() => document.activeElement.id), "phone");
  }));

  test("a refused form (422) is swapped in and focus goes to the new summary", () => on("/console/form", {}, async (page) => {
    await page.locator("button.btn-p").click();
    await page.waitForSelector("#again");
    assert.equal(await page.evaluate(() => document.activeElement.id), "again");
  }));

  test("a filter swaps rows and keeps the cursor in the search field", () => on("/console/list", {}, async (page) => {
    await page.locator("#k").pressSequentially("赵");
    await page.waitForFunction(() => document.querySelectorAll("#rows tr").length === 1);
    assert.equal(await page.evaluate(() => document.activeElement.id), "k");
  }));

  test("asking first: no sends nothing, yes sends once with the button's value", () => on("/console/importing", {}, async (page) => {
    const sent = () => site.hits.filter((h) => h.path === "/imports/3/cancel").length;
    const start = sent();
    await page.locator("u-confirm button").click();
    assert.deepEqual(await axe(page), []);
    await page.getByRole("button", { name: "返回" }).click();
    assert.equal(sent(), start);
    await page.locator("u-confirm button").first().click();
    await Promise.all([page.waitForURL(/cancel/), page.locator("dialog").getByRole("button", { name: "取消导入" }).click()]);
    assert.equal(sent(), start + 1);
    assert.equal(site.hits.filter((h) => h.path === "/imports/3/cancel").pop().body, "why=user");
  }));

  test("two quick clicks send one post", () => on("/console/member", {}, async (page) => {
    const before = site.hits.filter((h) => h.path === "/merge").length;
    await page.evaluate(() => {
      const form = document.querySelector('form[action="/merge"]');
      form.closest("u-confirm").agreed = true;
      form.requestSubmit(form.querySelector("button"));
      form.closest("u-confirm").agreed = true;
      form.requestSubmit(form.querySelector("button"));
    });
    await page.waitForURL(/merge/);
    assert.equal(site.hits.filter((h) => h.path === "/merge").length, before + 1);
  }));

  test("a reveal opens its dialog on the page and asks for a reason", () => on("/console/member", {}, async (page) => {
    await page.locator("[data-dialog=reveal]").click();
    assert.ok(await page.locator("#reveal").isVisible());
    assert.deepEqual(await axe(page), []);
    await page.getByRole("button", { name: "取消" }).click();
    assert.ok(await page.locator("#reveal").isHidden());
  }));
});

describe("living parts", () => {
  test("progress asks again until the server answers without u-poll", () => on("/console/importing", {}, async (page) => {
    await page.waitForSelector("#finished", { timeout: 10000 });
    const asked = polls;
    await page.waitForTimeout(1200);
    assert.equal(polls, asked);
  }));

  test("a countdown runs on the server's clock", () => on("/hall/card", { width: 360 }, async (page) => {
    assert.match(await page.locator("u-countdown").innerText(), /^5\d 秒$/);
  }));

  test("large type applies at once, tells the server and keeps the page within the window", () => on("/hall/home", { width: 360 }, async (page) => {
    await page.getByRole("link", { name: "大字版" }).click();
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), "22px");
    assert.equal(await noSidewaysScroll(page), null);
    await page.waitForFunction(() => true);
    assert.ok(site.hits.some((h) => h.path === "/prefs/size/xl"));
  }));

  test("print hides chrome and keeps the table", () => on("/console/list", {}, async (page) => {
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator(".side").isHidden());
    assert.ok(await page.locator(".filters").isHidden());
    assert.ok(await page.locator("table").isVisible());
  }));
});
