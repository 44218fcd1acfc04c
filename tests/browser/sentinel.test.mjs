// 每周五问 on a phone of 360 px: answered without a network and sent later, sent twice, by somebody else too, without script.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, launch, noSidewaysScroll, open, shot, smallTargets } from "./lib/browser.mjs";
import { cookiesOf, start } from "./lib/program.mjs";

let browser, program;

before(async () => {
  browser = await launch();
  program = await start({ employers: 240 });
});
after(async () => {
  await browser?.close();
  await program?.stop();
});

/** A phone in the hands of somebody who walks the round; a town has more employers than these tests answer for. */
async function phone({ post = "镇街总工会干部", ...options } = {}) {
  const page = await open(browser, { width: 360, height: 740, ...options });
  await page.context().addCookies(await cookiesOf(browser, program, post));
  return page;
}

const go = (page, path) => page.goto(program.url + path, { waitUntil: "load" });
/** Errors of the network being away are what these tests are about. */
const faults = (page) => page.faults.filter((fault) => !/ERR_INTERNET_DISCONNECTED|Failed to load resource|net::ERR/.test(fault));
const checked = async (page) => Number(await page.locator(".sq-sum b").first().innerText());
const due = (page) => page.locator("li[data-place]:visible").evaluateAll((rows) => rows.map((row) => row.dataset.place));

/** Opens the round and waits until its service worker keeps the page for no network. */
async function ready(page) {
  await go(page, "/sentinel");
  await page.evaluate(async () => {
    const { active, installing, waiting } = await navigator.serviceWorker.ready;
    const worker = active || waiting || installing;
    if (worker.state !== "activated") await new Promise((done) => worker.addEventListener("statechange", () => worker.state === "activated" && done()));
  });
  await go(page, "/sentinel");
}

/** Answers the five questions; `yes` names those with a worry. */
async function answer(page, yes = []) {
  for (const field of ["late_pay", "leaving", "stopped", "moving", "mood"]) {
    await page.locator(`input[name="${field}"][value="${yes.includes(field) ? "yes" : "no"}"]`).check();
  }
}

test("a round with a network: five answers, a worry becomes a warning that is linked", async () => {
  const page = await phone({ post: "村社工会哨点" });
  await ready(page);
  const [before, [first]] = [await checked(page), await due(page)];
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(await smallTargets(page, 24), []);
  await shot(page, "sentinel-round-360", { fullPage: true });
  await go(page, `/sentinel/${first}`);
  await page.click(".sq-send");
  await page.waitForSelector(".errsum");
  assert.match(await page.locator(".errsum").innerText(), /有 5 处需要改一下/);
  assert.deepEqual(await axe(page), []);
  await answer(page, ["late_pay"]);
  await page.fill("#f-late_pay_more", "35");
  assert.deepEqual(await smallTargets(page, 44).then((list) => list.filter((one) => /^(input|button|textarea)/.test(one) && !/menu|菜单/.test(one))), []);
  await shot(page, "sentinel-form-360", { fullPage: true });
  await page.click(".sq-send");
  await page.waitForURL(/\/sentinel\?done=kept/);
  assert.equal(await checked(page), before + 1);
  const row = page.locator(`li[data-done="${first}"]`);
  assert.match(await row.innerText(), /工资没有按时发 35 天[\s\S]*已形成线索/);
  // the evaluation follows by itself
  const until = Date.now() + 30_000;
  while (!(await row.locator("a.lv").count()) && Date.now() < until) {
    await page.waitForTimeout(500);
    await go(page, "/sentinel");
  }
  await row.locator("a.lv").click();
  await page.waitForURL(/\/warnings\/QX/);
  assert.match(await page.locator("main").innerText(), /为什么是/);
  assert.deepEqual(faults(page), []);
  await page.context().close();
});

test("without a network the round goes on, survives a killed page, and is sent once when the network returns", async () => {
  const page = await phone();
  await ready(page);
  const before = await checked(page);
  const [first, second] = await due(page);
  const context = page.context();
  await context.setOffline(true);
  await go(page, "/sentinel");
  assert.match(await page.locator("main").innerText(), /现在没有网络/);
  assert.deepEqual((await due(page)).slice(0, 2), [first, second], "the list stays on the phone");
  assert.deepEqual(await axe(page), []);
  assert.equal(await noSidewaysScroll(page), null);
  await shot(page, "sentinel-offline-round", { fullPage: true });
  await page.click(`li[data-place="${first}"] a`);
  await page.waitForSelector("[data-ask]:not([hidden])");
  await answer(page, ["moving", "stopped"]);
  await page.check("#f-stopped_more");
  assert.deepEqual(await axe(page), []);
  assert.equal(await noSidewaysScroll(page), null);
  await shot(page, "sentinel-offline-form", { fullPage: true });
  await page.click(".sq-send");
  await page.waitForSelector('[data-waiting]:not([hidden]) li');
  await page.waitForSelector("[data-due]:not([hidden])");
  assert.equal(await checked(page), before + 1, "answered, though not sent");
  assert.ok(!(await due(page)).includes(first));
  // the page is killed, the phone opened again, another employer answered
  await page.close({ runBeforeUnload: false });
  const again = await context.newPage();
  await go(again, `/sentinel/${second}`);
  await again.waitForSelector("[data-ask]:not([hidden])");
  await answer(again);
  await again.click(".sq-send");
  await again.waitForFunction(() => document.querySelectorAll("[data-list] li").length === 2);
  await shot(again, "sentinel-offline-waiting", { fullPage: true });
  await context.setOffline(false);
  await again.waitForURL(/\/sentinel(\?done=kept)?$/, { timeout: 20_000 });
  await again.waitForSelector(`li[data-done="${second}"]`);
  assert.match(await again.locator(`li[data-done="${first}"]`).innerText(), /大门关着，里面没有人干活/);
  assert.equal(await checked(again), before + 2);
  assert.equal(await again.locator("[data-waiting]").isHidden(), true);
  await context.close();
});

/** A picture of one point, as a phone would hand it over. */
const PICTURE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

test("a photograph taken without a network waits with its answers and arrives with them, once", async () => {
  const page = await phone();
  await ready(page);
  const [first] = await due(page);
  await page.context().setOffline(true);
  await go(page, `/sentinel/${first}`);
  await page.waitForSelector("[data-ask]:not([hidden])");
  await answer(page, ["moving"]);
  const picture = (name) => ({ name, mimeType: "image/png", buffer: Buffer.concat([PICTURE, Buffer.from(name)]) });
  await page.setInputFiles("#f-photo", [picture("厂门.png"), picture("机器.png"), picture("告示.png"), picture("多的.png")]);
  await page.waitForSelector(".errsum");
  assert.match(await page.locator(".errsum").innerText(), /最多 3 张/);
  assert.equal(await page.locator("[data-photos] li").count(), 3);
  await page.getByRole("button", { name: "不传这张 告示.png" }).click();
  assert.equal(await page.locator("[data-photos] li").count(), 2);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(await smallTargets(page, 44).then((list) => list.filter((one) => /^(input|button|textarea)/.test(one) && !/menu|菜单/.test(one))), []);
  assert.equal(await noSidewaysScroll(page), null);
  await shot(page, "sentinel-photos", { fullPage: true });
  await page.click(".sq-send");
  await page.waitForSelector("[data-waiting]:not([hidden]) li");
  assert.match(await page.locator("[data-list]").innerText(), /2 张照片/);
  // the first photograph arrives though the phone never hears of it
  let sent = 0;
  await page.route("**/sentinel/photo", async (route) => {
    sent += 1;
    if (sent > 1) return route.continue();
    await route.fetch();
    return route.abort("connectionreset");
  });
  await page.context().setOffline(false);
  await page.waitForURL(/\/sentinel(\?done=\w+)?$/, { timeout: 30_000 });
  await page.waitForSelector(`li[data-done="${first}"]`, { timeout: 30_000 });
  await page.waitForFunction(() => document.querySelector("[data-waiting]").hidden, null, { timeout: 30_000 });
  await go(page, `/sentinel/${first}`);
  const links = page.locator('a[href^="/sentinel/photos/"]');
  assert.equal(await links.count(), 2, "each once");
  const body = await page.evaluate(async (href) => [...new Uint8Array(await (await fetch(href)).arrayBuffer())].slice(0, 4), await links.first().getAttribute("href"));
  assert.deepEqual(body, [0x89, 0x50, 0x4e, 0x47]);
  await shot(page, "sentinel-photos-kept", { fullPage: true });
  await page.context().close();
});

test("answers that arrived though the phone never heard of it are one check-in", async () => {
  const page = await phone();
  await ready(page);
  const before = await checked(page);
  const [first] = await due(page);
  await go(page, `/sentinel/${first}`);
  let arrived = 0;
  await page.route("**/sentinel/sync", async (route) => {
    arrived += 1;
    if (arrived > 1) return route.continue();
    // it arrives twice, and the phone hears of neither
    await route.fetch();
    await route.fetch();
    return route.abort("connectionreset");
  });
  await answer(page);
  await page.click(".sq-send");
  await page.waitForURL(/\/sentinel/);
  await page.waitForSelector(`li[data-done="${first}"]`);
  await page.waitForFunction(() => document.querySelector("[data-waiting]").hidden);
  await go(page, "/sentinel");
  assert.equal(await checked(page), before + 1);
  assert.equal(await page.locator(`li[data-done="${first}"] small`).filter({ hasText: /\d{4}-\d\d-\d\d/ }).count(), 1, "one check-in by one person");
  await go(page, `/sentinel/${first}`);
  assert.equal(await page.locator('section[aria-labelledby="now"] p b').count(), 1);
  await page.context().close();
});

test("what another person answered on this phone is not sent", async () => {
  const page = await phone();
  await ready(page);
  const [first] = await due(page);
  await page.evaluate((employer) => new Promise((done, fail) => {
    const asked = indexedDB.open("niangjia-sentinel", 1);
    asked.onerror = fail;
    asked.onsuccess = () => {
      const tx = asked.result.transaction("waiting", "readwrite");
      const day = new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 10);
      tx.objectStore("waiting").put({ id: "0199a000-0000-4000-8000-00000000000f", edited_at: 1, owner: "somebody-else", name: "别人查的", fields: { employer, answered_on: day, late_pay: "yes" } });
      tx.oncomplete = () => { asked.result.close(); done(); };
    };
  }), first);
  let sent = 0;
  page.on("request", (request) => { if (request.url().endsWith("/sync")) sent += 1; });
  await go(page, "/sentinel");
  await page.waitForTimeout(500);
  assert.equal(sent, 0);
  assert.doesNotMatch(await page.locator("main").innerText(), /别人查的/);
  await page.context().close();
});

test("without script the round is an ordinary form", async () => {
  const page = await phone({ javaScript: false });
  await go(page, "/sentinel");
  const before = await checked(page);
  await page.locator("li[data-place] a").first().click();
  await answer(page);
  await page.click(".sq-send");
  await page.waitForURL(/done=kept/);
  assert.equal(await checked(page), before + 1);
  await page.context().close();
});
