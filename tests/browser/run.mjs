// Runs every *.test.mjs of this folder, one after another (two cores are the rule on small machines).
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { here } from "./lib/browser.mjs";

const only = process.argv.slice(2);
const files = readdirSync(here).filter((f) => f.endsWith(".test.mjs") && (!only.length || only.some((o) => f.includes(o)))).sort();
if (!files.length) throw new Error("no browser test matches");
const done = spawnSync(process.execPath, ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files], { cwd: here, stdio: "inherit" });
process.exit(done.status ?? 1);
