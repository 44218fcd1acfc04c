// Sign-in through an outside provider, from the setting to the linked identity.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { here, launch, open } from "./lib/browser.mjs";
import { cookiesOf, start } from "./lib/program.mjs";

let browser, program, provider, issuer;

before(async () => {
  process.env.NIANGJIA_OIDC_SECRET = "a-secret-for-tests";
  browser = await launch();
  program = await start();
  provider = spawn(process.execPath, [join(here, "lib/provider.mjs"), `${program.url}/login/oidc/back`], { stdio: ["ignore", "pipe", "inherit"] });
  issuer = await new Promise((ready, fail) => {
    provider.stdout.once("data", (line) => ready(String(line).trim()));
    provider.once("exit", (code) => fail(new Error(`the provider ended with ${code}`)));
  });
});
after(async () => {
  provider?.kill();
  await browser?.close();
  await program?.stop();
});

/** Signs in at the provider's own page and agrees. */
async function atProvider(page, name) {
  assert.ok(page.url().startsWith(issuer), `at the provider, not ${page.url()}`);
  await page.fill("input[name=login]", name);
  await page.fill("input[name=password]", "any");
  await page.click("button[type=submit]");
  await page.click("button[type=submit]");
  await page.waitForURL((url) => url.origin === program.url);
}

async function as(post) {
  const page = await open(browser);
  if (post) await page.context().addCookies(await cookiesOf(browser, program, post));
  return page;
}

test("an outside identity opens the account it was linked to, and no other", async () => {
  const admin = await as("系统管理员");
  await admin.goto(`${program.url}/settings`);
  await admin.fill('[name="oidc.issuer"]', issuer);
  await admin.fill('[name="oidc.client_id"]', "niangjia");
  await admin.click('form[action="/settings"] button');
  await admin.waitForURL(/done=saved/);

  const officer = await as("区总工会干部");
  await officer.goto(`${program.url}/me`);
  await officer.click('a[href="/me/oidc/link"]');
  await atProvider(officer, "officer-at-home");
  assert.match(officer.url(), /\/me\?done=linked$/);

  const again = await as(null);
  await again.goto(`${program.url}/login?next=/me`);
  await again.click('a[href^="/login/oidc"]');
  await atProvider(again, "officer-at-home");
  assert.equal(new URL(again.url()).pathname, "/me");
  assert.equal(await again.locator(".who b").innerText(), await officer.locator(".who b").innerText());

  const stranger = await as(null);
  await stranger.goto(`${program.url}/login`);
  await stranger.click('a[href^="/login/oidc"]');
  await atProvider(stranger, "somebody-else");
  assert.match(await stranger.locator("main").innerText(), /还没有绑定账号/);

  await stranger.goto(`${program.url}/login/oidc/back?code=stolen&state=guessed`);
  assert.match(await stranger.locator("main").innerText(), /没有完成或已超时/);
});
