// What was typed is not lost on the way. Without a network a form stays where it is; what was sent and never arrived is put
// back when its page is opened again in the same tab. Rooms with a queue of their own stop the submission before this.
const NAME = "nj-unsent";
/** Longer ago somebody else may hold the phone, in milliseconds. */
const FRESH = 30 * 60000;

const here = () => location.pathname + location.search;
const fields = (form) => [...form.elements].filter((one) => one.name && !one.disabled && !["hidden", "password", "file", "submit", "button"].includes(one.type));
const picked = (one) => one.type === "checkbox" || one.type === "radio";

function read() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(NAME));
    return kept && Date.now() - kept.at < FRESH ? kept : null;
  } catch {
    return null;
  }
}

function forget() {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // a browser that keeps nothing has nothing to forget
  }
}

/** A message at the head of a form; `role` says how soon it is read out. */
function say(form, role, title, text) {
  form.querySelectorAll("[data-unsent]").forEach((one) => one.remove());
  const box = document.createElement("div"), head = document.createElement("h2"), line = document.createElement("p");
  box.className = role === "alert" ? "errsum" : "note";
  box.dataset.unsent = "";
  box.tabIndex = -1;
  box.setAttribute("role", role);
  head.textContent = title;
  line.textContent = text;
  const body = document.createElement("div");
  body.append(head, line);
  box.append(body);
  form.prepend(box);
  box.focus();
}

/** False, with words, when there is no network: the form stays. */
export function reachable(form) {
  if (navigator.onLine) return true;
  say(form, "alert", "现在没有网络，还没有送出", "填的都在这一页。有网了再点一次。");
  return false;
}

/** Keeps what is on its way until the next page says that it arrived. */
export function onItsWay(form) {
  if (form.querySelector("input[type=password]")) return;
  const values = fields(form).map((one) => [one.name, picked(one) ? one.checked && one.value : one.value]);
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ at: Date.now(), page: here(), action: form.getAttribute("action"), values }));
  } catch {
    // it will be sent all the same
  }
}

/** Puts the values back, each into the field of its name and place. */
function putBack(form, values) {
  const left = new Map();
  for (const [name, value] of values) left.set(name, [...(left.get(name) || []), value]);
  for (const one of fields(form)) {
    const value = (left.get(one.name) || []).shift();
    if (value === undefined) continue;
    if (picked(one)) one.checked = value === one.value;
    else one.value = value;
  }
}

/** A page that says only that something went wrong holds nothing of what was typed; the page to sign in does. */
const failed = (status) => status >= 400 && status !== 401 && !document.querySelector(".errsum");

const kept = read();
const visit = performance.getEntriesByType("navigation")[0];
// A page that comes straight from the form's own page is the answer to it, or somebody went on from there.
const answered = visit && visit.type === "navigate" && !failed(visit.responseStatus) && document.referrer.startsWith(location.origin)
  && document.referrer.slice(location.origin.length) === (kept && kept.page);
if (!kept || answered) {
  forget();
} else if (kept.page === here()) {
  const form = [...document.forms].find((one) => (one.getAttribute("method") || "").toLowerCase() === "post" && one.getAttribute("action") === kept.action);
  // What the server has drawn again says itself what it holds.
  if (form && !document.querySelector(".errsum")) {
    putBack(form, kept.values);
    say(form, "status", "上次填的没有送到，放回来了", "请看一遍再交；选过的附件要重新选。");
  } else if (!visit || !failed(visit.responseStatus)) {
    forget();
  }
}
