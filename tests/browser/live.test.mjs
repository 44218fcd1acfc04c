// One new red signal by the API: the desks of the village, the town and the district see it by themselves, a foreign desk
// sees nothing. How long it took is printed; the bar is two seconds, and this test only fails when nothing comes at all.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./lib/browser.mjs";
import { cookiesOf, start } from "./lib/program.mjs";

const NAME = "某某安置房二期";
let browser, program;

before(async () => {
  browser = await launch();
  program = await start();
});
after(async () => {
  await browser?.close();
  await program?.stop();
});

async function desk(post, path) {
  const page = await open(browser);
  await page.context().addCookies(await cookiesOf(browser, program, post));
  // Open means: the page listens.
  const listens = page.waitForResponse((answer) => answer.url().includes("/warnings/live"));
  await page.goto(program.url + path);
  await listens;
  return page;
}

/** Sends a signal about a project in the area of the sender's own union, as the page of a department would. */
async function signal(page, org, days) {
  return page.evaluate(async ([name, union, overdue]) => {
    const day = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
    const answer = await fetch("/api/signals", {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
      body: JSON.stringify({ project: name, org: union, kind: "wage_overdue", day, fields: { days: overdue, workers: 12 }, verified: true }),
    });
    return [answer.status, await answer.text()];
  }, [NAME, org, days]);
}

/** Moment at which the page shows the text by itself, in milliseconds of this machine's clock. */
async function seen(page, text) {
  await page.waitForFunction((wanted) => document.body.innerText.includes(wanted), text, { timeout: 30_000, polling: 20 });
  return Date.now();
}

test("one red signal by API is on the three right desks, on the wall, and on no foreign desk", async () => {
  const sentinel = await desk("村社工会哨点", "/warnings");
  const union = await sentinel.evaluate(async () => {
    const below = await (await fetch("/api/orgs")).json();
    return below.items[0].id;
  });
  const town = await desk("镇街总工会干部", "/warnings");
  const district = await desk("区总工会干部", "/warnings");
  const wall = await desk("区总工会领导", "/screen/warnings?names=yes");
  const foreign = await desk("一人两岗", "/warnings");
  for (const page of [sentinel, town, district, wall, foreign]) {
    assert.ok(!(await page.content()).includes(NAME));
  }
  const asked = [];
  foreign.on("request", (request) => asked.push(request.url()));

  const red = () => wall.locator(".lvl.is-red b").innerText().then(Number);
  const before = await red();
  const sent = Date.now();
  const [status, body] = await signal(sentinel, union, 35);
  assert.equal(status, 201, body);
  const desks = { "village L1": sentinel, "town L2": town, "district L3": district };
  const times = await Promise.all(Object.values(desks).map((page) => seen(page, NAME)));
  Object.keys(desks).forEach((name, at) => console.log(`red signal by API → ${name} desk: ${times[at] - sent} ms`));
  await wall.waitForFunction((count) => Number(document.querySelector(".lvl.is-red b").innerText) === count + 1, before, { timeout: 30_000, polling: 20 });
  console.log(`red signal by API → wall display: ${Date.now() - sent} ms`);
  assert.equal(await red(), before + 1);

  // The foreign desk had at least as long, and looks again when asked.
  assert.deepEqual(asked, [], "not even told that something happened elsewhere");
  await foreign.reload();
  assert.ok(!(await foreign.content()).includes(NAME));
  for (const page of [sentinel, town, district, wall, foreign]) {
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
});
