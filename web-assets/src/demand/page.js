// 码上助, and every other matter that a worker files from the phone, with script: both steps without a network between them, what is typed kept on the phone, sent by itself, and a
// code that stays until it is noted. Without this script every form is an ordinary form.
import { askForSync, complain, fresh, quiet, register } from "../queue/page.js";
import { arm as armPhotos } from "./photos.js";
import { send } from "./send.js";
import { keepScan, scanned } from "./scan.js";
import { discard, draft, drafted, keep, noted, receipts, settle, waiting } from "./store.js";
import { show, toReceipt } from "./waiting.js";

/** How soon an open page tries again when the server was not reached, in milliseconds. */
const AGAIN = 4000;
const ROOM = { name: "demand", scope: "/hall/demand", worker: "/demand-worker.js" };
const form = document.querySelector("form[data-outbox]");
const box = document.querySelector("[data-demand-waiting]");
const photos = [];
/** Keys of forms this page has sent off and not seen answered: the service worker may hear the answer first. */
const pending = new Set();
let timer = 0;

/** Both steps of a matter, and not words added to one. */
const isFiling = () => form && form.dataset.outbox === "file";
/** Under which name a half typed form is kept: each matter has one. */
const draftOf = (url) => url.split("/").pop();
const DRAFT = form ? draftOf(form.getAttribute("action")) : "";

/** The fields as they are sent; photographs and buttons apart. */
function fieldsOf() {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "go");
}

// ——— two steps ———

function begin() {
  const template = form.querySelector("template[data-step-two]");
  if (!template) return;
  template.replaceWith(template.content.cloneNode(true));
  form.querySelector('[data-step="2"] button[value=back]').addEventListener("click", () => history.back());
  window.addEventListener("popstate", () => step(1, false));
  form.addEventListener("change", fit);
  fit();
}

/** Shows one of the two steps. */
function step(to, push = true) {
  const [one, two] = ["1", "2"].map((n) => form.querySelector(`[data-step="${n}"]`));
  if (!one || !two) return;
  one.hidden = to !== 1;
  two.hidden = to !== 2;
  form.elements.step.value = String(to);
  const words = document.querySelector("[data-progress]");
  if (words) words.textContent = to === 1 ? "第 1 步，共 2 步：说说情况" : "第 2 步，共 2 步：怎么联系您";
  document.querySelector("[data-bar]")?.classList.toggle("on", to === 2);
  const ways = document.querySelector("[data-ways]");
  if (ways) ways.hidden = to === 2;
  if (to === 2 && push) history.pushState({ step: 2 }, "");
  window.scrollTo(0, 0);
  if (to === 2) (words || two).scrollIntoView({ block: "start" });
}

const onSecond = () => { const two = form.querySelector('[data-step="2"]'); return !!two && !two.hidden; };

/** A report has words of its own on the second step. */
function fit() {
  const { seal, sealIs } = form.dataset, chosen = seal && form.elements[seal], sealed = !!chosen && chosen.value === sealIs;
  for (const e of form.querySelectorAll("[data-sealed]")) e.hidden = !sealed;
  for (const e of form.querySelectorAll("[data-unsealed]")) e.hidden = sealed;
}

const LONGEST = { long: 5000, text: 200 };
const LOOKS = { count: (typed) => /^\+?\d{1,10}$/.test(typed) && Number(typed) <= 4294967295, money: (typed) => /^[\d,]+(\.\d{1,2})?$/.test(typed) };

/** What a step needs, as its questions say; the server asks the same. What is not shown is not asked. */
function missing(step) {
  const faults = [];
  for (const box of form.querySelectorAll(`[data-step="${step}"] [data-question]`)) {
    if (box.closest("[hidden]")) continue;
    const { question: field, need, answer, wrong } = box.dataset, input = form.elements[field];
    const typed = input.value.trim(), count = [...typed].length;
    // A number the browser itself cannot read is empty to the page: it knows, and says so.
    const unread = input.validity && input.validity.badInput;
    if (need && !typed && !unread) faults.push({ field, message: need });
    else if (unread || (typed && LOOKS[answer] && !LOOKS[answer](typed))) faults.push({ field, message: wrong });
    else if (count > LONGEST[answer]) faults.push({ field, message: answer === "long" ? `现在有 ${count} 个字，${wrong}` : wrong });
  }
  return faults;
}

// ——— what is half typed ———

let saving = null;
function save() {
  if (!isFiling()) return;
  const fields = fieldsOf().filter(([name]) => !["key", "step", "at", "as"].includes(name));
  saving = draft({ name: DRAFT, title: form.dataset.title, href: form.getAttribute("action"), fields, photos: [...photos] }).catch(() => {});
}

function fill(fields) {
  for (const [name, value] of fields) {
    const input = form.elements[name];
    if (!input || name === "key" || name === "step") continue;
    if (input.type === "checkbox") input.checked = true;
    else if (input.type !== "file") input.value = value;
  }
}

async function restore(redraw) {
  if (!isFiling() || !("fresh" in form.dataset)) return;
  const old = await drafted(DRAFT);
  // one button pressed is nothing written
  const written = ([name, value]) => value && form.elements[name] && form.elements[name].tagName;
  if (!old || !old.fields.some(written) || typing()) return;
  fill(old.fields);
  photos.push(...old.photos);
  redraw();
  const note = document.createElement("div");
  note.className = "note note-y dm-note";
  const words = document.createElement("div");
  words.textContent = "上次没写完的，帮您留着。";
  const anew = document.createElement("button");
  anew.type = "button";
  anew.className = "btn btn-s";
  anew.textContent = "不要了，重新写";
  anew.addEventListener("click", async () => {
    empty(redraw);
    await discard(DRAFT);
    note.remove();
  });
  words.append(document.createElement("br"), anew);
  note.append(words);
  form.prepend(note);
}

function empty(redraw) {
  quiet(form);
  form.reset();
  for (const field of form.querySelectorAll("textarea, input.in:not([type=file])")) field.value = "";
  photos.splice(0);
  redraw();
  form.elements.key.value = fresh();
  if (isFiling()) {
    step(1, false);
    fit();
  }
}

// ——— sending ———

/** Whether words stand in the form. */
const typing = () => [...form.querySelectorAll("textarea")].some((box) => box.value);

/** One line for the list of what waits: what it is, and what was chosen last. */
function says() {
  if (!isFiling()) return `补充的话：${form.elements.note.value.trim().slice(0, 20)}`;
  const chosen = [...form.querySelectorAll("[data-choice] option:checked, [data-choice] input:checked")].filter((one) => one.value).pop();
  const words = chosen && (chosen.label || chosen.textContent || chosen.closest("label").querySelector("b").textContent);
  return words ? `${form.dataset.title}：${words}` : form.dataset.title;
}

async function submit(event, redraw) {
  event.preventDefault();
  if (isFiling()) {
    const first = !onSecond() && !!form.querySelector('[data-step="1"]'), faults = missing(first ? 1 : 2);
    if (faults.length) return complain(form, faults);
    if (first) {
      quiet(form);
      save();
      return step(2);
    }
  }
  if (form.dataset.busy !== undefined) return;
  form.dataset.busy = "";
  const button = form.querySelector('[data-step="2"] .btn-p') || form.querySelector(".btn-p");
  const words = button.textContent;
  button.textContent = "正在送出……";
  try {
    const key = form.elements.key.value || fresh();
    form.elements.key.value = key;
    const item = { key, url: form.getAttribute("action"), kind: form.dataset.outbox, title: form.dataset.title, says: says(), fields: fieldsOf(), photos: [...photos], at: Date.now() };
    await keep(item);
    const { state, answers, faulty } = await send();
    const faults = faulty.get(key);
    if (faults) {
      await settle(key);
      if (isFiling()) step(faults.some((one) => one.step === 1) ? 1 : 2, false);
      complain(form, faults);
    } else if (answers.has(key)) {
      await saving;
      if (isFiling()) await discard(DRAFT);
      arrived(item, answers.get(key));
    } else {
      await saving;
      if (isFiling()) await discard(DRAFT);
      pending.add(key);
      empty(redraw);
      await askForSync(ROOM);
      await look(state);
      box?.scrollIntoView({ block: "center" });
      later();
    }
  } catch {
    // the phone refuses to store (private window, full): the ordinary way still works
    ordinary();
  } finally {
    delete form.dataset.busy;
    button.textContent = words;
  }
}

/** The ordinary way: the browser sends the form, photographs that were picked included where it lets us put them back. */
function ordinary() {
  try {
    const files = new DataTransfer();
    for (const photo of photos) files.items.add(new File([photo.blob], photo.name, { type: photo.blob.type }));
    form.elements.photo.files = files.files;
  } catch { /* an old browser: words only */ }
  form.submit();
}

/** It is there: on to the receipt, or to the case as it stands now. */
function arrived(item, said) {
  if (said.code) toReceipt(said.code);
  else toReceipt(item.fields.find(([name]) => name === "code")[1], "/hall/status");
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(go, AGAIN);
}

async function back(item) {
  await draft({ name: draftOf(item.url), title: item.title, href: item.url, fields: item.fields, photos: item.photos });
  await settle(item.key);
  const at = item.fields.find(([name]) => name === "at");
  location.assign(at ? `${item.url}?at=${encodeURIComponent(at[1])}` : item.url);
}

const look = (state) => (box ? show(box, state, { half: !form, back }) : 0);

/** Sends what waits; the page that sent it goes on to the receipt, unless somebody types there again. */
async function go() {
  const { state } = await send();
  const left = await look(state);
  const first = (await receipts()).find((one) => pending.has(one.key));
  if (first && !(form && typing())) toReceipt(first.code);
  else if (left && state !== "trouble") later();
}

async function start() {
  if (form) {
    let redraw = () => {};
    if (isFiling()) {
      if ("offline" in form.dataset) scanned(form);
      else keepScan(form);
      begin();
    }
    redraw = armPhotos(form, photos, save, (faults) => complain(form, faults));
    form.addEventListener("input", save);
    form.addEventListener("submit", (event) => submit(event, redraw));
    if (!form.elements.key.value) form.elements.key.value = fresh();
    await restore(redraw).catch(() => {});
    if (isFiling()) fit();
  }
  if (box) {
    box.querySelector("[data-send]").addEventListener("click", go);
    window.addEventListener("online", go);
    if (await look("")) {
      // what waited from an earlier visit leads to its receipt as well
      for (const item of await waiting()) pending.add(item.key);
      await go();
    }
  }
}

// ——— receipt, look-up ———

const said = document.querySelector("form[data-noted]");
if (said) {
  said.addEventListener("submit", async (event) => {
    if (!said.elements.noted.checked || said.dataset.gone) return;
    event.preventDefault();
    said.dataset.gone = "1";
    await noted(said.elements.code.value).catch(() => {});
    said.submit();
  });
}
// The receipt's QR carries the code behind #, which no server sees; here it becomes what was typed.
const lookUp = document.querySelector("input[data-from-hash]");
function fromHash() {
  if (location.hash.length < 2) return;
  lookUp.value = location.hash.slice(1).replace(/[^0-9A-Za-z]/g, "").slice(0, 40);
  history.replaceState(null, "", location.pathname);
}
if (lookUp) {
  fromHash();
  window.addEventListener("hashchange", fromHash);
}

if (form || box) start().catch(() => {});
if (location.pathname.startsWith(ROOM.scope)) register(ROOM);
// A page brought back by the back button offers a new form, not the one that was just sent.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && form) form.elements.key.value = fresh();
});
