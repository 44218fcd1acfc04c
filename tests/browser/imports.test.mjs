// A roll on its way in, as an officer brings it: upload, columns, check, put right in the cell, workbook of errors, confirm with a
// progress bar, the same file again, undo. Then the list goes out as it stands on the screen.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync } from "node:fs";
import { axe, launch, noSidewaysScroll, open, shot } from "./lib/browser.mjs";
import { cookiesOf, start } from "./lib/program.mjs";

const ROWS = 1_200;
let browser, program;

before(async () => {
  browser = await launch();
  program = await start();
});
after(async () => {
  await browser?.close();
  await program?.stop();
});

/** An identity number with a right check digit that nobody can bear: born 1990, a street that never was. */
function number(n) {
  const body = `330199${1970 + (n % 30)}${String(1 + (n % 12)).padStart(2, "0")}${String(1 + (n % 28)).padStart(2, "0")}${String(n % 1000).padStart(3, "0")}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = [...body].reduce((total, digit, at) => total + Number(digit) * weights[at], 0);
  return body + "10X98765432"[sum % 11];
}

const SURNAMES = [..."赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"];
const GIVEN = [..."一二三四五六七八九十百千万"];

/** A roll with three rows that need a person: a short phone, a union that is misspelt, a number that fails its check. */
function roll(union) {
  const lines = ["姓名,身份证号,手机,所属工会,工种"];
  for (let n = 0; n < ROWS; n += 1) {
    let [phone, at, id] = [`139${String(10_000_000 + n)}`, union, number(n * 7 + 1)];
    if (n === 10) phone = "1386677";
    if (n === 20) at = union.replace("有限公司", "有限公斯");
    if (n === 30) id = id.slice(0, 17) + (id.endsWith("1") ? "2" : "1");
    lines.push([SURNAMES[n % 16] + GIVEN[n % 13] + GIVEN[(n * 5) % 13], id, phone, at, "缝纫工"].join(","));
  }
  return Buffer.from(`\uFEFF${lines.join("\n")}\n`);
}

async function settled(page) {
  await page.waitForFunction(() => !document.querySelector("u-poll"), null, { timeout: 120_000 });
}

async function bring(page, file) {
  await page.goto(`${program.url}/members`);
  await page.getByRole("link", { name: "批量导入" }).click();
  await page.waitForURL(/\/imports\?kind=members$/);
  assert.ok(await page.getByLabel("会员名册").isChecked());
  await page.setInputFiles("#f-file", { name: "锦禾职工名册.csv", mimeType: "text/csv", buffer: file });
  await page.getByRole("button", { name: "上传并查看列" }).click();
  await page.waitForURL(/\/map/);
}

test("a roll goes in, is put right, confirmed, brought again and taken back", async () => {
  const page = await open(browser);
  try {
    await page.context().addCookies(await cookiesOf(browser, program, "区总工会干部"));
    await page.goto(`${program.url}/orgs?q=%E6%B3%B0%E5%90%88`);
    const union = (await page.locator("h1").innerText()).split("\n")[0].replace(/\s*正常$/, "").trim();
    const file = roll(union);

    await bring(page, file);
    assert.deepEqual(await axe(page), []);
    await shot(page, "import-1-columns", { fullPage: true });
    assert.doesNotMatch(await page.locator("main").innerText(), new RegExp(number(1)), "samples are masked");
    await page.locator("main form button.btn-p").click();
    await page.waitForURL(/\/imports\/[0-9a-f-]{36}$/);
    const batch = page.url();
    await page.waitForSelector("progress.prg");
    assert.match(await page.locator(".prg-row").innerText(), /行[\s\S]*每秒[\s\S]*还需/);
    await shot(page, "import-2-checking");
    await settled(page);
    assert.equal(await page.locator("tbody tr.rowerr").count(), 3);
    assert.deepEqual(await axe(page), []);
    await shot(page, "import-3-problems", { fullPage: true });

    await page.setViewportSize({ width: 360, height: 780 });
    assert.equal(await noSidewaysScroll(page), null);
    assert.deepEqual(await axe(page), []);
    await shot(page, "import-3-problems-360", { fullPage: true });
    await page.setViewportSize({ width: 1440, height: 900 });

    const box = await page.locator(".tw").boundingBox();
    for (const cell of ["td.wide", "td.end"]) {
      const at = await page.locator(`tr.rowerr ${cell}`).first().boundingBox();
      assert.ok(at.x + at.width <= box.x + box.width, `${cell} is seen without scrolling: what is wrong, and what can be done`);
    }

    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: /下载问题行/ }).click();
    const book = await download;
    assert.match(book.suggestedFilename(), /问题行\.xlsx$/);
    assert.equal(readFileSync(await book.path()).subarray(0, 2).toString(), "PK");

    const phone = page.getByLabel(/第 12 行 手机/);
    await phone.fill("13866770000");
    await phone.press("Enter");
    await page.waitForFunction(() => document.querySelectorAll("tbody tr.rowerr").length === 2);
    await page.waitForFunction(() => document.activeElement?.matches('#r22 [aria-invalid]'), null, { timeout: 5_000 });
    await page.getByRole("button", { name: /采用全部建议/ }).click();
    await page.waitForFunction(() => document.querySelectorAll("tbody tr.rowerr").length === 1);
    await shot(page, "import-4-one-left", { fullPage: true });

    await page.getByRole("button", { name: /先导入 1,199 行/ }).click();
    await page.waitForSelector("progress.prg");
    await shot(page, "import-5-importing");
    await settled(page);
    assert.match(await page.locator("main").innerText(), /新增 1,199/);
    await shot(page, "import-6-done", { fullPage: true });
    await page.getByRole("link", { name: "看这一批会员" }).click();
    await page.waitForSelector("table[data-keys]");
    await page.waitForFunction(() => /1,000 人以上|1,199 人/.test(document.querySelector("#roster h2")?.textContent));

    // The list goes out exactly as it is filtered.
    await page.getByRole("link", { name: "导出名单" }).click();
    await page.waitForURL(/\/exports\/members\?/);
    await page.getByLabel("文本（.csv）").check();
    const taking = page.waitForEvent("download");
    await page.getByRole("button", { name: "导出" }).click();
    const list = readFileSync(await (await taking).path(), "utf8").trim().split("\n");
    assert.equal(list.length, 1_199 + 2, "a watermark, the headings, the rows");
    assert.match(list[0], /导出 · 仅限工作使用/);
    assert.doesNotMatch(list[2], new RegExp(number(1)), "masked");

    // The same file again changes nothing.
    await bring(page, file);
    await page.locator("main form button.btn-p").click();
    await page.waitForURL(/\/imports\/[0-9a-f-]{36}$/);
    await settled(page);
    const again = await page.locator("main").innerText();
    assert.match(again, /这个文件在 .* 导入过/);
    assert.match(again, /新增 0，更新 0，未变 1,19\d/);
    assert.match(again, /行与现有资料一致/);
    await shot(page, "import-7-again", { fullPage: true });

    await page.goto(batch);
    await page.getByRole("link", { name: "撤回整批" }).click();
    await page.waitForURL(/\/back$/);
    assert.deepEqual(await axe(page), []);
    await page.locator('[name="why"]').fill("名册是旧的，单位要求撤回");
    await shot(page, "import-8-undo");
    await page.locator("main form button.btn-d, main form button.btn-p").first().click();
    await page.waitForURL(batch);
    await settled(page);
    assert.match(await page.locator("main").innerText(), /已撤回 1,199 行/);
    await shot(page, "import-9-undone", { fullPage: true });
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
});
