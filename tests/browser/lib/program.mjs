// Starts the built program with a small demonstration district of its own, and signs in for a post.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { here, open } from "./browser.mjs";

/** The program under test. */
export const BINARY = process.env.NIANGJIA || join(here, "../../target/debug/niangjia");
const START_LIMIT = 180_000;

/**
 * Runs `niangjia demo` on a free port in a fresh folder. Resolves when it answers:
 * {url, accounts: [{post, login, password}], folder, again({clock, kill}), stop()}. The folder is removed on stop.
 * `clock` ("2026-06-01 08:35") is the moment it is told to begin at; `again` ends it, by force when `kill` is true,
 * and starts it at a later one with everything it kept.
 */
export async function start({ members = 600, employers = 80, clock } = {}) {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: cargo build -p niangjia`);
  const folder = mkdtempSync(join(tmpdir(), "niangjia-browser-"));
  const size = ["--members", String(members), "--employers", String(employers)];
  const program = { folder, binary: BINARY };
  let child;
  const run = async (moment) => {
    const at = moment ? ["--clock", moment] : [];
    child = spawn(BINARY, ["demo", "--dir", folder, ...size, ...at, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
    let out = "", log = "";
    child.stdout.on("data", (chunk) => { out += chunk; });
    child.stderr.on("data", (chunk) => { log = (log + chunk).slice(-4000); });
    program.url = await answering(child, () => out, () => log);
    program.accounts = accountsIn(out);
    program.cookies = undefined; // the clock has moved on: everybody signs in anew
  };
  const end = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(hard);
  };
  program.again = async ({ clock: moment, kill = false }) => {
    await end(kill ? "SIGKILL" : "SIGTERM");
    await run(moment);
  };
  program.stop = async () => {
    await end("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
    rmSync(`${folder}.keys`, { force: true });
  };
  try {
    await run(clock);
    return program;
  } catch (error) {
    await program.stop();
    throw error;
  }
}

/** Waits for the printed address, then until /readyz answers. */
async function answering(child, out, log) {
  const until = Date.now() + START_LIMIT;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`niangjia ended with ${child.exitCode}:\n${log()}`);
    const address = out().match(/https?:\/\/127\.0\.0\.1:\d+/);
    if (address && await fetch(`${address[0]}/readyz`).then((a) => a.ok, () => false)) return address[0];
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`niangjia did not answer within ${START_LIMIT / 1000} s:\n${log()}`);
}

/** The accounts the program prints: "  职工   zhigong   union…" lines, and the one password named above them. */
export function accountsIn(text) {
  const password = text.match(/口令都是 (\S+)/)?.[1];
  const lines = text.split("\n").map((line) => line.match(/^ {2}(\S+) {2,}([a-z0-9_-]+)(?:\s|$)/)).filter(Boolean);
  return password ? lines.map(([, post, login]) => ({ post, login, password })) : [];
}

/** Signs in through the form, once for each post, and returns the cookies to add to a context. */
export async function cookiesOf(browser, program, post) {
  program.cookies ??= new Map();
  if (!program.cookies.has(post)) {
    const account = program.accounts.find((a) => a.post === post);
    if (!account) throw new Error(`no account for ${post}; printed: ${program.accounts.map((a) => a.post).join(", ")}`);
    const page = await open(browser);
    await page.goto(`${program.url}/login`);
    await page.fill('input[name="login"]', account.login);
    await page.fill('input[name="password"]', account.password);
    await Promise.all([page.waitForURL((u) => !u.pathname.startsWith("/login")), page.click("main form button.btn-p")]);
    program.cookies.set(post, await page.context().cookies());
    await page.context().close();
  }
  return program.cookies.get(post);
}
