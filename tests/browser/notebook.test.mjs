// 工薪本 on a phone of 360 px: written without a network and sent later, sent twice, killed half way, and by another worker.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, launch, noSidewaysScroll, open, shot, smallTargets } from "./lib/browser.mjs";
import { cookiesOf, start } from "./lib/program.mjs";

let browser, program;

before(async () => {
  browser = await launch();
  program = await start();
});
after(async () => {
  await browser?.close();
  await program?.stop();
});

/** A phone that is signed in as the worker; what goes wrong on its pages is remembered. */
async function phone(options = {}) {
  const page = await open(browser, { width: 360, height: 740, ...options });
  await page.context().addCookies(await cookiesOf(browser, program, "职工"));
  return page;
}

const go = (page, path) => page.goto(program.url + path, { waitUntil: "load" });
/** Errors of the network being away are what these tests are about. */
const faults = (page) => page.faults.filter((fault) => !/ERR_INTERNET_DISCONNECTED|Failed to load resource|net::ERR/.test(fault));
const rows = (page) => page.locator('a.cell[href^="/hall/notebook/entry/"]').count();
const month = () => new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 7);
const today = () => new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 10);

/** Opens the notebook and waits until its service worker keeps the offline page. */
async function ready(page) {
  await go(page, "/hall/notebook");
  await page.evaluate(async () => {
    const { active, installing, waiting } = await navigator.serviceWorker.ready;
    const worker = active || waiting || installing;
    if (worker.state !== "activated") await new Promise((done) => worker.addEventListener("statechange", () => worker.state === "activated" && done()));
  });
  await go(page, "/hall/notebook");
}

test("the promised pay, a day's work and pay that came make an account, and every page is clean", async () => {
  const page = await phone();
  await go(page, "/hall");
  await page.click('a[href="/hall/notebook"]');
  await page.waitForURL(/\/hall\/notebook$/);
  await go(page, "/hall/notebook/add?kind=terms");
  await page.fill("#f-employer", "演示工地");
  await page.selectOption("#f-basis", "month");
  await page.fill("#f-amount", "6000");
  await page.fill("#f-day", `${month()}-01`);
  await page.click("text=记下来");
  await page.waitForURL(/done=kept/);
  await page.click("text=记收到的钱");
  await page.fill("#f-amount", "100");
  await page.fill("#f-month", month());
  await page.click("text=记下来");
  await page.waitForURL(/done=kept/);
  await go(page, "/hall/notebook/add?kind=work");
  await page.fill("#f-overtime", "2");
  await page.click("text=记下来");
  await page.waitForURL(/done=kept/);
  assert.match(await page.locator("main").innerText(), /记了 1 天/);
  for (const path of ["/hall/notebook", "/hall/notebook/owed", "/hall/notebook/statement", "/hall/notebook/share"]) {
    await go(page, path);
    assert.deepEqual(await axe(page), [], path);
    assert.equal(await noSidewaysScroll(page), null, path);
    assert.deepEqual(await smallTargets(page, 44), [], path);
    await shot(page, `notebook${path.replace(/\W+/g, "-")}-filled`, { fullPage: true });
  }
  await go(page, "/hall/notebook");
  await page.locator("a.nb-on").first().click();
  assert.deepEqual(await axe(page), []);
  await shot(page, "notebook-entry", { fullPage: true });
  assert.deepEqual(faults(page), []);
  await page.context().close();
});

test("a statement given to the union is a matter that can be followed, and taking it back leaves the matter", async () => {
  const page = await phone();
  await go(page, "/hall/notebook/share");
  await page.locator("input[name=org]").first().check();
  await page.locator("input[name=purpose][value=help]").check();
  await page.check("#f-agree");
  await page.click("button:has-text('交给工会')");
  await page.waitForURL(/done=given/);
  const follow = page.locator('a.cell[href^="/hall/demand/mine/"]').first();
  assert.match(await follow.innerText(), /办到哪了[\s\S]*已收到/);
  assert.deepEqual(await axe(page), []);
  assert.equal(await noSidewaysScroll(page), null);
  assert.deepEqual(await smallTargets(page, 44), []);
  await shot(page, "notebook-given", { fullPage: true });
  await follow.click();
  await page.waitForURL(/\/hall\/demand\/mine\//);
  assert.match(await page.locator("main").innerText(), /求助：拖欠工资/);
  const matter = page.url();
  await go(page, "/hall/notebook/share");
  await page.locator('a[href$="/withdraw"]').first().click();
  await page.click("button:has-text('确定收回')");
  await page.waitForURL(/done=withdrawn/);
  await page.goto(matter, { waitUntil: "load" });
  assert.match(await page.locator("main").innerText(), /等待受理/);
  assert.deepEqual(faults(page), []);
  await page.context().close();
});

test("without a network an entry waits on the phone, survives a killed page, and is sent when the network returns", async () => {
  const page = await phone();
  await ready(page);
  const before = await rows(page);
  await page.context().setOffline(true);
  await go(page, "/hall/notebook/add?kind=note");
  assert.match(await page.locator("main").innerText(), /现在没有网络/);
  assert.deepEqual(await axe(page), []);
  assert.equal(await noSidewaysScroll(page), null);
  const form = page.locator("details[data-kind=note]");
  assert.equal(await form.evaluate((e) => e.open), true, "the form that was wanted is open");
  await form.locator("textarea").fill("没有网络时写的一句话");
  await form.locator("button").click();
  await page.waitForSelector('[data-waiting]:has-text("没有网络时写的一句话")');
  await shot(page, "notebook-offline-waiting", { fullPage: true });
  // the page is killed with another entry half typed
  const context = page.context();
  await form.locator("textarea").fill("打到一半");
  await page.close({ runBeforeUnload: false });
  const again = await context.newPage();
  await go(again, "/hall/notebook/add?kind=note");
  // half typed, not lost
  await again.waitForFunction(() => document.querySelector("details[data-kind=note] textarea").value === "打到一半");
  await again.waitForSelector('[data-waiting]:has-text("没有网络时写的一句话")');
  await context.setOffline(false);
  await again.waitForURL(/\/hall\/notebook$/, { timeout: 20_000 });
  await again.waitForFunction((n) => document.querySelectorAll('a.cell[href^="/hall/notebook/entry/"]').length > n, before);
  assert.match(await again.locator("main").innerText(), /没有网络时写的一句话/);
  assert.equal(await again.locator("[data-waiting]").isHidden(), true);
  await context.close();
});

test("the day that was tapped stands in the form without a network, also over what was half typed", async () => {
  const page = await phone();
  await ready(page);
  const day = new Date(Date.now() + 8 * 3600 * 1000 - 3 * 86_400_000).toISOString().slice(0, 10);
  await page.context().setOffline(true);
  const form = page.locator("details[data-kind=work]"), at = (path) => go(page, `/hall/notebook/add?kind=work${path}`);
  await at(`&day=${day}`);
  await page.waitForFunction((want) => document.querySelector("details[data-kind=work] [name=day]").value === want, day);
  await form.locator("[name=overtime]").fill("3");
  await at("");
  await page.waitForFunction(() => document.querySelector("details[data-kind=work] [name=overtime]").value === "3");
  const other = new Date(Date.now() + 8 * 3600 * 1000 - 2 * 86_400_000).toISOString().slice(0, 10);
  await at(`&day=${other}`);
  await page.waitForFunction((want) => document.querySelector("details[data-kind=work] [name=day]").value === want, other);
  await shot(page, "notebook-offline-day", { fullPage: true });
  await form.locator("button").click();
  await page.waitForSelector(`[data-waiting]:has-text("${other} 出工")`);
  assert.deepEqual(faults(page), []);
  await page.context().close();
});

test("a double tap without a network keeps one entry, not an empty second", async () => {
  const page = await phone();
  await ready(page);
  await page.context().setOffline(true);
  await go(page, "/hall/notebook/add?kind=note");
  const form = page.locator("details[data-kind=note]");
  await form.locator("textarea").fill("点了两下");
  await form.locator("button").dblclick();
  await page.waitForSelector('[data-waiting]:has-text("点了两下")');
  // and once more on the emptied form, when the first has been kept for certain
  await form.locator("button:not([disabled])").click();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const waits = await page.locator("[data-waiting] [data-list] li").allInnerTexts();
  assert.equal(waits.filter((line) => line.includes("点了两下")).length, 1, waits.join("|"));
  assert.equal(waits.filter((line) => /一句话\s*$/.test(line)).length, 0, `an empty entry waits: ${waits.join("|")}`);
  await page.context().setOffline(false);
  await page.context().close();
});

test("a sent entry whose answer was lost is sent again and is one entry", async () => {
  const page = await phone();
  await ready(page);
  const before = await rows(page);
  await go(page, "/hall/notebook/add?kind=work");
  let arrived = 0;
  await page.route("**/hall/notebook/sync", async (route) => {
    arrived += 1;
    if (arrived > 1) return route.continue();
    // it arrives twice, and the phone hears of neither
    await route.fetch();
    await route.fetch();
    return route.abort("connectionreset");
  });
  await page.fill("#f-day", today());
  await page.fill("#f-hours", "3");
  await page.click("text=记下来");
  await page.waitForSelector("[data-waiting]:not([hidden])");
  await page.click("[data-send]");
  await page.waitForSelector("[data-waiting]", { state: "hidden" });
  await go(page, "/hall/notebook");
  assert.equal(await rows(page), before + 1);
  await page.context().close();
});

test("what cannot be taken is put right on the page, and another worker's phone sends nothing of mine", async () => {
  const page = await phone();
  await ready(page);
  await go(page, "/hall/notebook/add?kind=work");
  await page.fill("#f-hours", "30");
  await page.click("text=记下来");
  await page.waitForSelector(".errsum");
  assert.match(await page.locator(".errsum").innerText(), /小时/);
  assert.deepEqual(await axe(page), []);
  await page.fill("#f-hours", "4");
  await page.click("text=记下来");
  await page.waitForURL(/done=kept/);
  // somebody else's entry on the same phone
  await page.evaluate(() => new Promise((done, fail) => {
    const asked = indexedDB.open("niangjia-notebook", 1);
    asked.onerror = fail;
    asked.onsuccess = () => {
      const tx = asked.result.transaction("waiting", "readwrite");
      tx.objectStore("waiting").put({ id: "0199a000-0000-4000-8000-00000000000f", edited_at: 1, owner: "somebody-else", fields: { kind: "note", day: "2026-01-05", note: "别人的秘密" } });
      tx.oncomplete = () => { asked.result.close(); done(); };
    };
  }));
  let sent = 0;
  page.on("request", (request) => { if (request.url().endsWith("/sync")) sent += 1; });
  await go(page, "/hall/notebook?m=2026-01");
  await page.waitForTimeout(500);
  assert.equal(sent, 0);
  assert.doesNotMatch(await page.locator("main").innerText(), /别人的秘密/);
  await page.context().close();
});

test("large type: the calendar and the forms stay within 320 px", async () => {
  const page = await phone({ width: 320 });
  await page.context().addCookies([{ name: "nj_size", value: "xl", url: program.url }]);
  for (const path of ["/hall/notebook", "/hall/notebook/add", "/hall/notebook/owed"]) {
    await go(page, path);
    assert.equal(await noSidewaysScroll(page), null, path);
    assert.deepEqual(await smallTargets(page, 44), [], path);
  }
  await shot(page, "notebook-xl-320", { fullPage: true });
  await page.context().close();
});
