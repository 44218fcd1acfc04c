// Rows that are put right in their own table (import problems): the row that was mended goes, and the cursor goes on to the
// next one instead of falling to the top of the page.
let row = null;

document.addEventListener("htmx:before:request", (event) => {
  const from = event.target.closest && event.target.closest("tr[data-row]");
  if (from) row = Number(from.dataset.row);
});

document.addEventListener("htmx:after:settle", () => {
  const last = row;
  row = null;
  const held = document.activeElement;
  if (last === null || (held && held !== document.body && held.isConnected)) return;
  const rows = [...document.querySelectorAll("tr[data-row]")];
  const todo = rows.map((one) => [Number(one.dataset.row), one.querySelector("[aria-invalid]") || one.querySelector("td button")])
    .filter(([, field]) => field);
  const next = todo.find(([number]) => number >= last) || todo[0];
  // Nothing is left on this page: what is to be done with the batch now.
  const field = next ? next[1] : document.querySelector("#work .btn-p, #work h1 ~ .btns a, #work a[href]");
  if (field) field.focus();
});
