"use strict";
// The page shows scenes and sends what is pressed; it knows nothing of its own, so a reload loses nothing.

const $ = (id) => document.getElementById(id);
const ARROWS = { forward: "↻", backward: "↺", any: "○" }; // as seen from the wearer's right side
const VERDICTS = { "done": "done", "partial": "partial", "more": "done, and more", "wrong direction": "other way", "missing": "", "extra": "extra" };

let scene = null;
let lastSaid = null; // number of the last cue that this page knows of
let hasVoice = false; // pressed by the person
let voiceFails = false;
let audio = null;
let paceFrom = 0;
let paceDue = 0;

function text(id, value) {
  const node = $(id);
  if (node.textContent !== value) node.textContent = value;
}

function show(news) {
  // The first message has the whole scene, later ones what has changed, and of a longer trail what was added.
  const next = { ...scene, ...news };
  if (news.trail_more) next.trail = scene.trail.concat(news.trail_more);
  scene = next;
  const has = (...names) => names.some((name) => name in news);
  if (has("trail", "trail_more", "last_loop", "side")) dial(next, has("last_loop"));
  if (Object.keys(news).every((name) => name === "trail_more")) return; // most messages
  document.body.dataset.stage = next.stage;
  document.body.dataset.led = String(next.is_led);
  const isSetUp = next.stage === "set-up";
  $("set-up").hidden = !isSetUp;
  $("count-box").hidden = isSetUp || next.stage === "still" || next.is_over;
  $("dial-box").hidden = next.stage !== "set"; // in a rest the time that is left needs the room
  document.body.dataset.digits = String(String(next.count).length);
  if (!$("set-up-list").childElementCount) {
    for (const line of next.set_up) $("set-up-list").appendChild(document.createElement("li")).textContent = line;
  }
  text("set", heading(next));
  text("link", next.link === "lost" ? "The clip cannot be heard. Counting goes on when it is back." : "");
  text("number", String(next.count));
  text("target", next.target === null ? "" : ` / ${next.target}`);
  text("provisional", next.provisional ? ` +${next.provisional}?` : "");
  text("arrow", next.direction === null ? "" : ARROWS[next.direction]);
  text("direction-word", next.direction === null || next.direction === "any" ? "" : next.direction);
  text("how", next.how);
  text("wrong", next.n_wrong ? `${next.n_wrong} the other way, not counted` : "");
  text("message", message(next));
  text("form", next.stage === "rest" || next.stage === "done" ? next.form : "");
  text("notice", next.link === "lost" ? "" : next.notice);
  $("rest").hidden = next.rest_left_s === null;
  if (next.rest_left_s !== null) {
    $("rest-bar").max = Math.max(next.rest_s, 1);
    $("rest-bar").value = next.rest_left_s;
    text("rest-left", `${next.rest_left_s} s`);
    text("rest-next", `then ${next.next || "no more"}`);
  }
  if (has("beside")) beside(next.beside);
  if (has("sets", "set_number", "stage", "is_over")) table(next);
  if (has("is_led", "is_over", "stage")) buttons(next);
  if (has("said")) hear(next.said);
}

function buttons(next) {
  for (const button of document.querySelectorAll("nav [data-action]")) {
    const action = button.dataset.action;
    const isOfNow = next.is_led && next.stage !== "set-up" && (action !== "skip" || next.stage === "rest");
    button.hidden = next.is_over || (action !== "quit" && !isOfNow);
  }
  $("tempo-label").hidden = !next.is_led || next.is_over;
  $("voice").hidden = next.is_over;
}

function heading(next) {
  if (next.is_over) return "Finished";
  const title = next.title ? `${next.title}: ` : "";
  if (!next.is_led) return next.n_sets ? `${title}Set ${next.set_number}` : `${title}No circle yet`;
  return title + (next.set_number > next.n_sets ? "An extra set" : `Set ${next.set_number} of ${next.n_sets}`);
}

function message(next) {
  if (next.is_over) return next.is_led ? "The session has ended. You may close this page." : "Counting has ended. You may close this page.";
  const last = next.said.length ? next.said[next.said.length - 1] : null;
  if (!last || last.kind === "set-up" || last.kind === "form" || last.kind === "wrong" && next.n_wrong === 0) return "";
  return last.kind === "count" ? "" : last.text;
}

let fit = fitted([]);

function dial(next, isNewLoop) {
  // Seen from the wearer's right side, forward is right; a forward circle goes back (left), up, forward, down.
  text("dial-left", next.side === null ? "" : "back");
  text("dial-right", next.side === null ? "" : "forward");
  text("dial-note", next.last_loop.length ? "" : "Your loop is drawn here once the first circle is certain.");
  if (isNewLoop) {
    fit = fitted(next.last_loop);
    draw("last-loop", next.last_loop.length ? [...next.last_loop, next.last_loop[0]] : []);
  }
  draw("trail", next.trail);
  const tip = next.trail.length ? next.trail[next.trail.length - 1] : null;
  $("dot").toggleAttribute("hidden", tip === null);
  if (tip !== null) {
    const [x, y] = fit(tip);
    $("dot").setAttribute("cx", x.toFixed(1));
    $("dot").setAttribute("cy", y.toFixed(1));
  }
}

function fitted(loop) {
  // Both axes alike, the last loop in the middle; what goes beyond the dial stays at its edge.
  const span = (axis) => [Math.min(...loop.map((point) => point[axis])), Math.max(...loop.map((point) => point[axis]))];
  const [[left, right], [low, high]] = loop.length ? [span(0), span(1)] : [[-1, 1], [-1, 1]];
  const scale = 76 / Math.max(right - left, high - low, 1);
  const within = (value) => Math.max(-72, Math.min(72, value));
  return ([x, y]) => [within((x - (left + right) / 2) * scale), within(-(y - (low + high) / 2) * scale)];
}

function draw(id, points) {
  const path = points.map((point) => fit(point).map((value) => value.toFixed(1)).join(",")).join(" ");
  if ($(id).getAttribute("points") !== path) $(id).setAttribute("points", path); // else it would be drawn anew
}

function place(node, share, direction) {
  const turn = 2 * Math.PI * share * (direction === "backward" ? -1 : 1);
  node.setAttribute("cx", (-58 * Math.sin(turn)).toFixed(1));
  node.setAttribute("cy", (58 * Math.cos(turn)).toFixed(1));
}

function beside(clips) {
  const list = $("beside");
  while (list.childElementCount > clips.length) list.lastElementChild.remove();
  clips.forEach((clip, index) => {
    const item = list.children[index] || list.appendChild(besideItem(index + 1));
    const target = clip.target === null ? "" : ` / ${clip.target}`;
    const wrong = clip.n_wrong ? `, ${clip.n_wrong} the other way` : "";
    const line = `${clip.title}: ${clip.count}${target}${wrong}${clip.link === "lost" ? ", cannot be heard" : ""}`;
    if (item.firstElementChild.textContent !== line) item.firstElementChild.textContent = line;
    item.querySelectorAll("button").forEach((button) => button.setAttribute("aria-label", `${button.title}, ${clip.title}`));
  });
}

function besideItem(clip) {
  const item = document.createElement("li");
  item.appendChild(document.createElement("span")).setAttribute("role", "status");
  for (const [action, sign, title] of [["undo", "−", "One less"], ["add", "+", "One more"]]) {
    const button = item.appendChild(document.createElement("button"));
    button.type = "button";
    button.textContent = sign;
    button.title = title;
    button.addEventListener("click", () => act(action, clip));
  }
  return item;
}

function table(next) {
  const body = $("sets");
  $("table").dataset.wrong = String(next.sets.some((row) => row.n_wrong));
  while (body.rows.length > next.sets.length) body.deleteRow(-1);
  next.sets.forEach((row, index) => {
    const line = body.rows[index] || body.insertRow();
    const isNow = index + 1 === next.set_number;
    const cells = [row.number, row.asked, row.corrected ? `${row.count} (${row.corrected > 0 ? "+" : ""}${row.corrected} by hand)` : row.count,
      row.n_wrong || "", row.period_s === null ? "" : `${row.period_s.toFixed(1)} s${row.tempo ? `, ${row.tempo}` : ""}`,
      isNow && next.stage === "set" && row.verdict === "partial" ? "" : VERDICTS[row.verdict]];
    cells.forEach((cell, place) => {
      const node = line.cells[place] || line.insertCell();
      if (place === 1 || place === 3 || place === 5) node.className = place === 3 ? "led wrong" : "led";
      if (node.textContent !== String(cell)) node.textContent = cell;
    });
    line.toggleAttribute("aria-current", isNow);
  });
}

function hear(said) {
  const newest = said.length ? said[said.length - 1].number : 0;
  if (lastSaid === null || newest < lastSaid) lastSaid = newest; // what was said before this page came is over
  for (const cue of said) {
    if (cue.number <= lastSaid) continue;
    lastSaid = cue.number;
    if (hasVoice) speak(cue);
  }
}

function speak(cue) {
  if (voiceFails || !("speechSynthesis" in window)) {
    tone(cue.kind);
    return;
  }
  if (cue.kind === "count") speechSynthesis.cancel(); // never one behind the screen
  const words = new SpeechSynthesisUtterance(cue.text);
  words.lang = "en";
  words.addEventListener("error", (event) => {
    if (event.error === "interrupted" || event.error === "canceled") return;
    voiceFails = true;
    text("sound", "This browser cannot speak here, so a tone counts instead.");
    tone(cue.kind);
  });
  speechSynthesis.speak(words);
}

const TONES = { count: 660, last: 880, wrong: 220, "set over": 990, done: 1175, soon: 770, begin: 770 };

function tone(kind) {
  if (!audio || !(kind in TONES)) return;
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  oscillator.frequency.value = TONES[kind];
  volume.gain.setValueAtTime(0.3, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.25);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start();
  oscillator.stop(audio.currentTime + 0.25);
  document.body.dataset.tones = String(Number(document.body.dataset.tones || 0) + 1);
}

async function act(action, clip = 0) {
  try {
    const answer = await fetch("act", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ action, clip }) });
    if (!answer.ok) text("sound", "That was not taken. Reload the page.");
  } catch {
    text("link", "The coach cannot be reached. This page goes on by itself when it is back.");
  }
}

function voice() {
  hasVoice = !hasVoice;
  $("voice").setAttribute("aria-pressed", String(hasVoice));
  text("voice", hasVoice ? "Turn the voice off" : "Turn the voice on");
  if (!hasVoice) {
    if ("speechSynthesis" in window) speechSynthesis.cancel();
    return;
  }
  audio = audio || new AudioContext(); // allowed from a press only
  audio.resume();
  speak({ kind: "count", text: scene ? String(scene.count) : "0" });
}

function guide(now) {
  const isOn = $("tempo").checked && scene !== null && scene.stage === "set" && scene.direction !== null;
  $("pace").toggleAttribute("hidden", !isOn);
  if (isOn && now >= paceDue) {
    paceDue = now + 40; // often enough to look smooth: each time the page is painted
    place($("pace"), (((now - paceFrom) / 1000) / (scene.target_period_s || 4)) % 1, scene.direction);
  }
  if ($("tempo").checked) requestAnimationFrame(guide);
}

for (const button of document.querySelectorAll("[data-action]")) button.addEventListener("click", () => act(button.dataset.action));
$("confirm").addEventListener("click", () => act("confirm"));
$("voice").addEventListener("click", voice);
$("tempo").addEventListener("change", () => {
  paceFrom = performance.now();
  requestAnimationFrame(guide);
});

const scenes = new EventSource("scenes"); // connects again by itself
scenes.addEventListener("message", (event) => {
  document.body.dataset.came = String(performance.now());
  show(JSON.parse(event.data));
  if (scene.is_over) scenes.close();
});
scenes.addEventListener("error", () => {
  if (!scene || !scene.is_over) text("link", "The coach cannot be reached. This page goes on by itself when it is back.");
});
