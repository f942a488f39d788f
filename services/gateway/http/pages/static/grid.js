// A section's grid under the keyboard: one tab stop, arrow keys, a score in one or two keys, a pasted column, undo.
"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const table = find("grid"), form = find("type"), paste = find("paste"), said = find("said"), undo = find("undo");
  if (!table) return;
  const cells = [...table.rows].map((row) => [...row.cells]);
  const stop = (cell) => cell.querySelector("a") || cell;
  const done = [];
  let y = Math.min(1, cells.length - 1), x = 0, typed = "", queue = Promise.resolve();

  table.setAttribute("role", "grid");
  for (const cell of cells.flat()) stop(cell).tabIndex = -1;
  stop(cells[y][x]).tabIndex = 0;

  const scored = () => form && y > 0 && cells[0][x].dataset.of;
  const mark = (cell, text, kind) => {
    let shown = cell.querySelector("b");
    if (!shown) stop(cell).append((shown = document.createElement("b")));
    shown.textContent = text;
    cell.dataset.state = kind;
  };
  const here = (cell) => {
    stop(cells[y][x]).tabIndex = -1;
    [y, x] = [cell.parentNode.rowIndex, cell.cellIndex];
    stop(cell).tabIndex = 0;
  };
  const go = (down, across) => {
    save();
    const row = cells[Math.max(0, Math.min(down, cells.length - 1))];
    stop(row[Math.max(0, Math.min(across, row.length - 1))]).focus();
  };

  // One after the other, so that each is written on what the one before it left.
  const send = (path, cell, fields, then) => {
    const tell = (told) => {
      if ("version" in told) cell.dataset.v = told.version;
      if (told.word) {
        cell.querySelector("use").setAttribute("href", "#" + told.status);
        const [word, rest] = cell.querySelectorAll("span");
        [word.textContent, rest.textContent] = [told.word, ""];
      }
      said.textContent = told.said || table.dataset.failed;
      then(told);
    };
    queue = queue
      .then(async () => {
        const body = new URLSearchParams(new FormData(form));
        const more = { learner: cell.parentNode.dataset.l, competency: cells[0][cell.cellIndex].dataset.c };
        for (const [name, value] of Object.entries({ ...more, ...fields, version: cell.dataset.v })) body.set(name, value);
        const url = `/sections/${table.dataset.section}/${path}`;
        const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
        tell({ ...(await answer.json()), ok: answer.ok });
      })
      .catch(() => tell({ ok: false }));
  };
  const save = () => {
    if (!typed) return;
    const cell = cells[y][x], score = typed;
    typed = "";
    if (cell.score !== score) {
      // the same until it is recorded: sent again, it counts once
      const at = new Date(Date.parse(table.dataset.at) + performance.now()).toISOString();
      Object.assign(cell, { score, sent: { id: crypto.randomUUID(), at, score } });
    }
    mark(cell, score, "sending");
    send("scores", cell, cell.sent, (told) => {
      mark(cell, score, told.ok ? "done" : "bad");
      if (!told.ok) return;
      cell.score = null;
      done.push([cell, told.evidence]);
      undo.hidden = false;
    });
  };
  const back = () => {
    if (!done.length) return;
    const [cell, evidence] = done.pop();
    send("undo", cell, { id: crypto.randomUUID(), evidence }, (told) => {
      if (told.ok) mark(cell, "", "");
      else done.push([cell, evidence]);
      undo.hidden = !done.length;
    });
  };

  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  table.addEventListener("keydown", (event) => {
    const far = event.ctrlKey || event.metaKey, key = event.key, step = moves[key];
    if (event.altKey || event.shiftKey) return;
    if (far && key === "z") back();
    else if (key === "Home") go(far ? 0 : y, 0);
    else if (key === "End") go(far ? cells.length : y, cells[0].length);
    else if (far) return;
    else if (step) go(y + step[0], x + step[1]);
    else if (scored() && /^[0-9.,]$/.test(key)) mark(cells[y][x], (typed += key), "typed");
    else if (typed && key === "Backspace") mark(cells[y][x], (typed = typed.slice(0, -1)), "typed");
    else if (typed && key === "Escape") mark(cells[y][x], (typed = ""), "");
    else if (typed && key === "Enter") go(y + 1, x);
    else return;
    event.preventDefault();
  });
  table.addEventListener("focusin", (event) => here(event.target.closest("td, th")));
  table.addEventListener("focusout", save);
  let before = null;
  table.addEventListener("mousedown", () => (before = document.activeElement));
  table.addEventListener("click", (event) => {
    const link = event.target.closest("td a");
    if (!link || !form || event.detail === 0 || link === before) return;
    event.preventDefault(); // the first click chooses a cell to score, the second opens it
    link.focus();
  });
  table.addEventListener("paste", (event) => {
    if (!paste || !scored()) return;
    event.preventDefault();
    const rows = cells.slice(y), fill = paste.elements;
    fill.pasted.value = event.clipboardData.getData("text/plain");
    fill.competency.value = cells[0][x].dataset.c;
    fill.learners.value = rows.map((row) => row[x].parentNode.dataset.l).join(" ");
    for (const row of rows) {
      const version = Object.assign(document.createElement("input"), { type: "hidden", value: row[x].dataset.v });
      version.name = "version/" + row[x].parentNode.dataset.l;
      paste.append(version);
    }
    paste.submit();
  });
  if (undo) undo.addEventListener("click", back);
})();
