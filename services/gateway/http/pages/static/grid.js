// One tab stop, arrow keys, a score in one or two keys, a pasted column, taking back.
"use strict";
(() => {
const find = (id) => document.getElementById(id), make = (tag, more) => Object.assign(document.createElement(tag), more);
const table = find("grid"), form = find("type"), paste = find("paste"), undo = find("undo");
if (!table) return;
const cells = [...table.rows].map((row) => [...row.cells]), done = [];
const stop = (cell) => cell.querySelector("a") || cell, learner = (cell) => cell.parentNode.dataset.l;
const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
let y = +!!cells[1], x = 0, typed = "", before, queue = Promise.resolve();

table.setAttribute("role", "grid");
for (const cell of cells.flat()) stop(cell).tabIndex = -1;
stop(cells[y][x]).tabIndex = 0;

const scored = () => form && y && cells[0][x].dataset.of;
const mark = (cell, text, state) => {
  if (!cell.querySelector("b")) stop(cell).append(make("b"));
  cell.querySelector("b").textContent = text;
  cell.dataset.state = state;
};
const go = (down, across) => {
  save();
  const row = cells[Math.max(0, Math.min(down, cells.length - 1))];
  stop(row[Math.max(0, Math.min(across, row.length - 1))]).focus();
};
// One after the other, so that each is written on what the one before it left.
const send = (path, cell, fields, then) => {
  const told = (it) => {
    if ("version" in it) cell.dataset.v = it.version;
    if (it.word) {
      cell.querySelector("use").setAttribute("href", "#" + it.status);
      const [word, rest] = cell.querySelectorAll("span");
      [word.textContent, rest.textContent] = [it.word, it.rest];
    }
    find("said").textContent = it.said || table.dataset.failed;
    then(it);
  };
  queue = queue.then(async () => {
    const body = new FormData(form), competency = cells[0][cell.cellIndex].dataset.c;
    const all = { ...fields, learner: learner(cell), competency, version: cell.dataset.v };
    for (const name in all) body.set(name, all[name]);
    const more = { method: "POST", body: new URLSearchParams(body), headers: { Accept: "application/json" } };
    const answer = await fetch(`/sections/${table.dataset.section}/${path}`, more);
    told({ ...(await answer.json()), ok: answer.ok });
  }).catch(() => told({}));
};
const save = () => {
  const cell = cells[y][x], score = typed;
  if (!score) return;
  typed = "";
  if (cell.score !== score) { // sent again after a failure it is the same piece, and counts once
    const at = new Date(Date.parse(table.dataset.at) + performance.now()).toISOString();
    Object.assign(cell, { score, sent: { id: crypto.randomUUID(), at, score } });
  }
  mark(cell, score, "sending");
  send("scores", cell, cell.sent, (it) => {
    mark(cell, it.score || score, it.ok ? "done" : "bad");
    if (!it.ok) return;
    cell.score = "";
    done.push([cell, it.evidence]);
    undo.hidden = false;
  });
};
const back = () => {
  if (!done.length) return;
  const [cell, evidence] = done.pop();
  send("undo", cell, { id: crypto.randomUUID(), evidence }, (it) => {
    if (it.ok) mark(cell, "", "");
    else done.push([cell, evidence]);
    undo.hidden = !done.length;
  });
};
table.onkeydown = (event) => {
  const key = event.key, far = event.ctrlKey || event.metaKey, step = moves[key];
  const type = (text) => mark(cells[y][x], (typed = text), text && "typed");
  if (event.altKey) return;
  if (far && key === "z") back();
  else if (key === "Home") go(far ? 0 : y, 0);
  else if (key === "End") go(far ? 1e4 : y, 1e4);
  else if (far) return;
  else if (step) go(y + step[0], x + step[1]);
  else if (scored() && /^\S$/.test(key)) type(typed + key);
  else if (typed && key === "Backspace") type(typed.slice(0, -1));
  else if (typed && key === "Escape") type("");
  else if (typed && key === "Enter") go(y + 1, x);
  else return;
  event.preventDefault();
};
table.addEventListener("focusin", ({ target }) => {
  const cell = target.closest("td, th");
  stop(cells[y][x]).tabIndex = -1;
  [y, x] = [cell.parentNode.rowIndex, cell.cellIndex];
  stop(cell).tabIndex = 0;
});
table.addEventListener("focusout", save);
table.onmousedown = () => (before = document.activeElement);
table.onclick = (event) => { // where she scores, the first click chooses a cell, the second opens it
  const link = event.target.closest("td a");
  if (!form || !link || !event.detail || link === before) return;
  event.preventDefault();
  link.focus();
};
table.onpaste = (event) => {
  if (!scored()) return;
  event.preventDefault();
  const rows = cells.slice(y), fill = paste.elements;
  fill.pasted.value = event.clipboardData.getData("text/plain");
  fill.competency.value = cells[0][x].dataset.c;
  fill.learners.value = rows.map(([cell]) => learner(cell)).join(" ");
  for (const row of rows)
    paste.append(make("input", { type: "hidden", name: "version/" + learner(row[0]), value: row[x].dataset.v }));
  paste.submit();
};
if (undo) undo.onclick = back;
})();
