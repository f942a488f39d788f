// A seminar, tapped as it goes. Each tap is on the device's disk before it is shown; all is removed once it is sent.
(() => {
  const $ = (id) => document.getElementById(id), live = $("live"), words = (live || $("begin") || {}).dataset;
  if (!words) return;
  const say = (text, who, what) => { $("said").textContent = text.replace("{who}", who).replace("{what}", what); };

  // The result of the request that `work` makes of the seminars on this device, once what it wrote is on the disk.
  const stored = (mode, work) => new Promise((done, failed) => {
    const opening = indexedDB.open("ascertain-seminar", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("seminars", { keyPath: "id" });
    opening.onerror = () => failed(opening.error);
    opening.onsuccess = () => {
      const db = opening.result, all = db.transaction("seminars", mode, { durability: "strict" });
      const asked = work(all.objectStore("seminars"));
      all.oncomplete = () => { db.close(); done(asked.result); };
      all.onabort = () => { db.close(); failed(all.error); };
    };
  });
  // Signing out would remove them: so the server hears, by a cookie, that some are here, and asks before.
  const noted = (n) => { document.cookie = `__Host-ascertain-seminar=1; Path=/; Secure; SameSite=Lax; Max-Age=${n && 3e7}`; };
  const read = async () => {
    const seminars = await stored("readonly", (all) => all.getAll());
    noted(seminars.length);
    return seminars;
  };
  // What `work` makes of a seminar, in one transaction with reading it: two windows never lose each other's taps.
  const change = (id, work) => stored("readwrite", (seminars) => {
    const asked = seminars.get(id);
    asked.onsuccess = () => {
      work(asked.result);  // what it throws undoes all of it
      seminars.put(asked.result);
    };
    return asked;
  });
  const remove = (id) => stored("readwrite", (seminars) => seminars.delete(id));

  if (!live) {
    const path = `/seminar-worker.js?lang=${document.documentElement.lang}`;
    const ours = window.trustedTypes?.createPolicy("ascertain", { createScriptURL: () => path });
    const kept = navigator.serviceWorker?.register(ours ? ours.createScriptURL("") : path, { scope: "/seminars/" });
    const all = (rows, one) => [...document.querySelectorAll(rows)].map(one);
    read().then((seminars) => {
      $("tap").hidden = false;
      $("waiting").hidden = !seminars.length;
      $("start").hidden = seminars.some(({ done }) => !done);
    });
    $("start").onclick = async () => {
      try {
        await kept;
        await navigator.serviceWorker.ready;
        await stored("readwrite", (seminars) => seminars.add({
          id: crypto.randomUUID(), person: words.person, at: new Date().toISOString(), taps: [], notes: {},
          moves_by: words.moves, purpose: $("purpose").value,
          moves: all("th[data-move]", (one) => [one.dataset.move, one.textContent.trim()]),
          seats: all("tr[data-learner]", ({ dataset: { learner, short } }) => ({ learner, short, id: crypto.randomUUID() })),
        }));
        location.assign("/seminars/live");
      } catch { say(words.unkept); }
    };
    return;
  }

  let now, who, what, sending;
  const named = (learner) => now.seats.find((seat) => seat.learner === learner)?.short;
  const titled = (move) => now.moves.find(([code]) => code === move)?.[1];
  const tapped = (taps, one) => taps.filter((tap) => tap.includes(one));
  const add = (list, tag, text, more) => {
    const made = Object.assign(document.createElement(tag), more);
    made.append(text);
    list.append(made);
    return made;
  };
  const button = (list, text, value, onclick) => {
    const made = add(add(list, "li", ""), "button", text, { type: "button", value, onclick });
    add(made, "span", "");
    return made;
  };

  async function draw() {
    const seminars = await read(), before = now?.id;
    now = seminars.find(({ done }) => !done);
    $("none").hidden = seminars.length;
    $("open").hidden = !now;
    $("unsent").hidden = !seminars.some(({ done }) => done);
    if (!now) return;
    if (now.id !== before) lay();
    $("kept").textContent = words.kept.replace("{n}", now.taps.length);
    for (const one of live.querySelectorAll("li button")) {
      one.ariaPressed = one.value === who || one.value === what;
      one.lastChild.textContent = ` ${tapped(now.taps, one.value).length || ""}`;
    }
    $("noting").hidden = !who;
    $("about").textContent = who && named(who);
  }

  function lay() {
    $("seats").replaceChildren();
    $("moves").replaceChildren();
    $("circle").classList.toggle("round", now.seats.length <= 24);
    now.seats.forEach(({ learner, short }, n) => {
      const seat = button($("seats"), short, learner, () => pick(who === learner ? "" : learner, what));
      seat.parentNode.style.setProperty("--turn", `${(n / now.seats.length) * 360 - 90}deg`);
    });
    for (const [code, title] of now.moves) button($("moves"), title, code, () => pick(who, what === code ? "" : code));
  }

  async function pick(learner, move) {
    [who, what] = learner && move ? [] : [learner, move];
    if (learner && move) {
      await change(now.id, ({ done, taps }) => {
        if (done) throw done;
        taps.push([learner, move]);
      }).then(() => say(words.tapped, named(learner), titled(move)), () => say(words.unkept));
    }
    await draw();
    $("note").value = now?.notes[who] || "";
  }

  $("undo").onclick = async () => {
    let gone;
    await change(now.id, (one) => { gone = one.taps.pop(); });
    say(gone ? words.undone : words.nothing, named(gone?.[0]), titled(gone?.[1]));
    draw();
  };
  $("note").oninput = () => {
    const learner = who, text = $("note").value.trim();
    change(now.id, ({ notes }) => { notes[learner] = text; }).catch(() => say(words.unkept));
  };
  $("ending").ontoggle = () => {
    $("quiet").replaceChildren();
    for (const { learner, short } of now?.seats.filter((seat) => !tapped(now.taps, seat.learner).length) || []) {
      const label = add($("quiet"), "label", "", { className: "choice" });
      add(label, "input", "", { type: "checkbox", value: learner });
      label.append(short);
    }
  };
  $("end").onsubmit = async (event) => {
    event.preventDefault();
    const here = [...$("quiet").querySelectorAll(":checked")].map(({ value }) => value);
    await change(now.id, (one) => Object.assign(one, { done: true, here }));
    send();
  };
  $("throw").onclick = async () => {
    await remove(now.id);
    say(words.removed);
    draw();
  };

  const observed = ({ seats, taps, notes, here }) => seats.map(({ id, learner }) => {
    const counts = {}, note = notes[learner] || undefined;
    for (const [, move] of tapped(taps, learner)) counts[move] = (counts[move] || 0) + 1;
    return { id, learner, moves: Object.entries(counts).map(([move, count]) => ({ move, count })), note };
  }).filter(({ learner, moves, note }) => moves.length || note || here.includes(learner));

  async function post(seminar) {
    const { id, person, moves_by, purpose, at } = seminar, observations = observed(seminar);
    const session = observations.length && await fetch("/v1/session");
    if (session) {
      $("door").hidden = session.ok;
      if (!session.ok) throw words.door;
      const mine = await session.json();
      if (mine.person !== person) throw words.other;
      const answer = await fetch("/v1/seminars", {
        method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": mine.csrf_token },
        body: JSON.stringify({ seminar: id, moves_by, purpose, occurred_at: at, observations }),
      });
      if (!answer.ok) {
        const { detail, title, field } = await answer.json(), place = /\/(\d+)\/learner$/.exec(field);
        if (place) offer(seminar, observations[place[1]]);
        throw detail || title;
      }
    }
    await remove(id);
    say(words.sent.replace("{n}", observations.length));
  }

  // One for whom nothing may be recorded any more keeps the others from being sent, until she is left out.
  function offer({ id, seats }, { learner }) {
    $("without").hidden = false;
    $("without").textContent = words.without.replace("{who}", seats.find((seat) => seat.learner === learner).short);
    $("without").onclick = async () => {
      await change(id, (one) => { one.seats = one.seats.filter((seat) => seat.learner !== learner); });
      send();
    };
  }

  async function send() {
    if (sending) return;
    sending = true;
    await draw();
    $("without").hidden = true;
    try {
      for (const one of await read()) if (one.done) await post(one);
    } catch (why) { say(typeof why === "string" ? why : words.offline); }
    sending = false;
    draw();
  }

  $("again").onclick = window.ononline = send;
  send();
})();
