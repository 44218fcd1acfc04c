// Keyboard in lists: J/K next and previous row, / search, ? this list. Single keys can be switched off in that list (WCAG 2.1.4).
const STORE = "niangjia.keys";
const HELP = [["J", "下一行"], ["K", "上一行"], ["回车", "打开这一行"], ["1–9", "选第几个答案"], ["/", "查找"], ["?", "显示快捷键"]];

function enabled() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

function typing(target) {
  return target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) && target.type !== "checkbox" && target.type !== "radio";
}

/** Rows of tables and of lists alike; a row without a link is passed over. */
const ROWS = "table[data-keys] tbody tr, ul[data-keys] > li";
const CURRENT = "table[data-keys] tr.cur, ul[data-keys] > li.cur";

/** Moves to the row `step` away and focuses its link, so that Enter opens it and a screen reader reads it. */
function move(step) {
  const rows = [...document.querySelectorAll(ROWS)].filter((row) => row.querySelector("a[href]"));
  if (!rows.length) return;
  const focused = document.activeElement && document.activeElement.closest(ROWS);
  const here = rows.indexOf(rows.includes(focused) ? focused : document.querySelector(CURRENT));
  const next = rows[Math.min(rows.length - 1, Math.max(0, here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step))];
  const link = next.querySelector("a[href]");
  link.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest(ROWS);
  for (const old of document.querySelectorAll(CURRENT)) if (old !== row) old.classList.remove("cur");
  if (row) row.classList.add("cur");
});

function help() {
  if (document.getElementById("u-keys") || typeof HTMLDialogElement === "undefined") return;
  const dialog = document.createElement("dialog");
  dialog.id = "u-keys";
  dialog.className = "dlg";
  dialog.setAttribute("aria-label", "快捷键");
  const list = HELP.map(([key, what]) => `<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`).join("");
  dialog.innerHTML = `<header><h2>快捷键</h2></header><div class="bd"><dl class="dl">${list}</dl>`
    + `<label class="opt"><input type="checkbox"${enabled() ? " checked" : ""}><span><b>使用单键快捷键</b><span>用读屏软件或语音输入时可以关掉</span></span></label></div>`
    + `<footer><button class="btn btn-p" type="button" data-close>知道了</button></footer>`;
  dialog.querySelector("input").addEventListener("change", (event) => {
    try {
      localStorage.setItem(STORE, event.target.checked ? "on" : "off");
    } catch { /* storage is closed: the choice lasts for this page */ }
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Chooses the answer with this number of a form that asks one question; Enter then sends it. */
function pick(number) {
  const choice = document.querySelectorAll("form[data-pick] input[type=radio]")[number - 1];
  if (!choice) return;
  choice.checked = true;
  choice.focus();
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-keys-help]")) return;
  event.preventDefault();
  help();
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") return help();
  if (!enabled()) return;
  if (event.key === "/") {
    const field = document.querySelector("[data-search]") || document.querySelector('input[type="search"]');
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "j" || event.key === "J") move(1);
  else if (event.key === "k" || event.key === "K") move(-1);
  else if (/^[1-9]$/.test(event.key)) pick(+event.key);
});
