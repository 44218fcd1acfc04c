// The standard way to a browser: the W3C WebDriver protocol, spoken to ChromeDriver. Nothing here can do more than a
// person with a keyboard and a mouse: it clicks what is visible and not covered, and types key by key.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FLAGS, chromiumPath } from "./browser.mjs";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf"; // the protocol's own name for a reference to an element
const DRIVER = process.env.CHROMEDRIVER || "chromedriver";

export const KEYS = { enter: "\uE007", tab: "\uE004" };

/** Starts ChromeDriver on a free port: {session({width, height}), stop()}. */
export async function webdriver() {
  const profile = mkdtempSync(join(tmpdir(), "niangjia-webdriver-"));
  const child = spawn(DRIVER, ["--port=0"], { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, LANGUAGE: "zh_CN" } });
  const port = await new Promise((found, failed) => {
    let said = "";
    child.once("error", () => failed(new Error(`${DRIVER} is missing: run scripts/install-test-tools, or set CHROMEDRIVER to its path`)));
    child.once("exit", (code) => failed(new Error(`${DRIVER} ended with ${code}: ${said}`)));
    child.stdout.on("data", (chunk) => {
      said += chunk;
      const started = said.match(/started successfully on port (\d+)/);
      if (started) found(started[1]);
    });
  });
  const base = `http://127.0.0.1:${port}`;
  let sessions = 0;
  return {
    async session({ width, height }) {
      sessions += 1;
      const args = [...FLAGS, "--lang=zh-CN", `--window-size=${width},${height}`, `--user-data-dir=${join(profile, String(sessions))}`];
      const capabilities = { alwaysMatch: { browserName: "chrome", "goog:chromeOptions": { binary: chromiumPath(), args } } };
      const { sessionId } = await ask(base, "POST", "/session", { capabilities });
      return new Session(`${base}/session/${sessionId}`);
    },
    async stop() {
      const gone = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function ask(base, method, path, body) {
  const answer = await fetch(base + path, { method, body: body && JSON.stringify(body) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message.split("\n")[0]}`);
  return value;
}

class Session {
  constructor(base) {
    this.base = base;
  }

  go(url) {
    return ask(this.base, "POST", "/url", { url });
  }

  url() {
    return ask(this.base, "GET", "/url");
  }

  /** The first element that fits; waits up to the time an element is given to appear. */
  async find(selector) {
    await ask(this.base, "POST", "/timeouts", { implicit: 10_000 });
    return (await ask(this.base, "POST", "/element", { using: "css selector", value: selector }))[ELEMENT];
  }

  /** Role and name of an element as assistive technology is told them. */
  async heard(element) {
    const [role, name] = await Promise.all(["computedrole", "computedlabel"].map((what) => ask(this.base, "GET", `/element/${element}/${what}`)));
    return { role, name };
  }

  text(element) {
    return ask(this.base, "GET", `/element/${element}/text`);
  }

  click(element) {
    return ask(this.base, "POST", `/element/${element}/click`, {});
  }

  type(element, text) {
    return ask(this.base, "POST", `/element/${element}/value`, { text });
  }

  close() {
    return ask(this.base, "DELETE", "");
  }
}
