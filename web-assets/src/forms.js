// Forms: focus goes to the error summary, its links focus their field, and nothing is sent twice.
import { onItsWay, reachable } from "./unsent.js";

/** Moves focus to a new error summary, so that a screen reader reads it and the keyboard starts there. */
function focusSummary() {
  const summary = document.querySelector(".errsum:not([data-seen])");
  if (!summary) return;
  summary.dataset.seen = "";
  summary.focus();
}

/** A link in the summary focuses the field itself (a plain anchor only scrolls to it). */
document.addEventListener("click", (event) => {
  const link = event.target.closest('.errsum a[href^="#"]');
  const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`) || field;
  label.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
});

// Double submit. The server also refuses a repeated idempotency key; this only spares people the second click.
const HOLD_MS = 10000;

function release(form) {
  clearTimeout(form.holdTimer);
  delete form.dataset.busy;
  for (const button of form.querySelectorAll("[data-held]")) {
    button.removeAttribute("aria-disabled");
    button.removeAttribute("data-held");
  }
}

/** False when this form is already on its way; otherwise holds it and says yes. */
function hold(form, button) {
  if (form.dataset.busy !== undefined) return false;
  form.dataset.busy = "";
  if (button) {
    button.setAttribute("aria-disabled", "true");
    button.dataset.held = "";
  }
  form.holdTimer = setTimeout(() => release(form), HOLD_MS);
  return true;
}

function guarded(form) {
  return form && (form.getAttribute("method") || "get").toLowerCase() === "post" && !form.hasAttribute("data-again");
}

// Plain forms. This listens last, so that a submission somebody else stopped (a question, htmx) is not held.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || (form.getAttribute("method") || "get").toLowerCase() !== "post") return;
  if (!reachable(form)) return event.preventDefault();
  if (!guarded(form)) return;
  if (hold(form, event.submitter)) onItsWay(form);
  else event.preventDefault();
});

// Forms sent by htmx. One that says hx-sync has its own rule (a filter replaces the request that is under way).
document.addEventListener("htmx:before:request", (event) => {
  const form = event.target;
  if (form.tagName !== "FORM" || form.hasAttribute("hx-sync") || !guarded(form)) return;
  if (!hold(form, form.querySelector("button:not([type=button])"))) event.preventDefault();
});

document.addEventListener("htmx:finally:request", (event) => {
  const form = event.target.closest && event.target.closest("form");
  if (form) release(form);
});

window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-busy]").forEach(release);
});

// A select or checkbox marked data-auto sends its form at once; its button stays for those without script.
document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.matches("[data-auto]") && field.form) {
    if (field.form.requestSubmit) field.form.requestSubmit();
    else field.form.submit();
  }
  if (field.matches("input[data-all]")) {
    const table = field.closest("table");
    for (const box of table.querySelectorAll('tbody input[type="checkbox"]')) box.checked = field.checked;
  }
});

// "More rows" asks the server for them; here they are added at once, as many as the button says, or one. The names and
// labels of a row end in, or hold, its number: name8 and 第 9 人 become name9 and 第 10 人.
function addRow(body) {
  const count = body.rows.length;
  const row = body.rows[count - 1].cloneNode(true);
  for (const part of row.querySelectorAll("[name], label")) {
    for (const name of ["id", "name", "for"]) {
      const value = part.getAttribute(name);
      if (value) part.setAttribute(name, value.replace(/\d+$/, String(count)));
    }
    if (part.tagName === "LABEL") part.textContent = part.textContent.replace(/\d+/, String(count + 1));
    else if (part.tagName === "INPUT") {
      part.value = "";
      part.removeAttribute("value");
    }
  }
  body.append(row);
  return row;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-more-rows]");
  const body = button && button.form.querySelector("tbody[data-rows]");
  if (!body) return;
  event.preventDefault();
  const room = Number(body.dataset.rows) - body.rows.length;
  const wanted = Math.min(Number(button.dataset.moreRows) || 1, room);
  const added = Array.from({ length: Math.max(0, wanted) }, () => addRow(body));
  if (!added.length) return;
  button.form.elements.rows.value = String(body.rows.length);
  added[0].querySelector("input").focus();
  if (wanted === room) button.remove();
});

document.addEventListener("DOMContentLoaded", focusSummary);
document.addEventListener("htmx:after:settle", focusSummary);
if (document.readyState !== "loading") focusSummary();
