// Runs once when Gradio has put room.html into the page: `element`, `trigger`, `props`, `server` and `watch` are Gradio's.
// The server sends HTML in which everything is escaped; whatever else is shown here goes in as text.
const $ = (selector) => element.querySelector(selector);
const root = $(".v"), turns = $(".turns"), box = $("#v-box"), who = $("#v-who"), noted = $(".noted"), spoken = $("[role=status].sr");
let tab = {conversation: null, who: {kind: "stranger", id: ""}};
let busy = null, lastAsked = "", undo = null, counter = 0, fading = 0;

// ---- what this tab and this browser remember. sessionStorage is one tab's own, so two tabs never meet.
function recall() {
  try {
    const own = JSON.parse(sessionStorage.getItem("vouch") || "null");
    if (own) return own.asked ? own : {who: own.who};
    const name = localStorage.getItem("vouch-name");
    return name ? {who: {kind: "name", id: name}} : {};
  } catch { return {}; }
}
function keep() {
  try {
    sessionStorage.setItem("vouch", JSON.stringify(tab));
    if (tab.who.kind === "name") localStorage.setItem("vouch-name", tab.who.id);
  } catch { /* a browser that stores nothing still works until the reload */ }
}
// A duplicated tab copies sessionStorage: the lock tells whether another tab is in this conversation already.
async function alone(conversation) {
  if (!navigator.locks || !conversation) return true;
  const held = () => new Promise((done) => navigator.locks.request("vouch-" + conversation, {ifAvailable: true}, (lock) => {
    done(Boolean(lock));
    return lock ? new Promise(() => {}) : undefined;
  }));
  for (const wait of [0, 150, 400]) {
    await new Promise((done) => setTimeout(done, wait));
    if (await held()) return true;
  }
  return false;
}

// What a function of the server returns, or null where it does not answer (Gradio gives undefined then, or throws).
async function call(name, said) {
  try { return (await server[name](said)) ?? null; } catch { return null; }
}

// ---- arriving
async function arrive(said) {
  busy = null;
  root.classList.remove("busy");
  const room = await call("arrive", said);
  if (!room) return note("The server does not answer. Is it still running?");
  tab = {conversation: room.conversation, who: room.who, asked: room.turns.length > 0};
  keep();
  alone(tab.conversation);
  turns.replaceChildren();
  lastAsked = "";
  hush();
  fillWho(room);
  fillHello(room);
  for (const one of room.turns) { show(one, false); lastAsked = one.asked; }
  $(".hello").hidden = room.turns.length > 0;
  const simulated = $(".simulated");
  simulated.hidden = !room.simulated;
  simulated.textContent = room.simulated ? "You look in as " + room.label + ". A simulated member: a script drew these likes." : "";
  fillTiers(room.tiers);
  fillSharing(room.tiers);
  served = chatOf(room.tiers);
  root.dataset.ready = "yes";
  refreshTaste();
  if (room.turns.length) turns.lastElementChild.scrollIntoView({block: "start"});
  box.focus({preventScroll: true});
}
function tag(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
function fillWho(room) {
  const options = [tag("option", "A stranger", {value: "stranger:"})];
  if (room.who.kind === "name") options.push(tag("option", room.who.id, {value: "name:" + room.who.id}));
  options.push(tag("option", room.who.kind === "name" ? "Another name …" : "Give a name …", {value: "name:"}));
  const members = tag("optgroup", "", {label: "Members"});
  members.append(...room.members.map((one) => tag("option", one.label, {value: "member:" + one.id})));
  who.replaceChildren(...options, ...(room.members.length ? [members] : []));
  who.value = room.who.kind + ":" + room.who.id;
  $("form.name").hidden = true;
  root.classList.remove("naming");
  who.hidden = false;
}
// The parts that answered last: where one fell back to another model, this line says so.
function fillTiers(tiers, cost) {
  $(".tiers").replaceChildren(...tiers.map(([part, tier]) => tag("span", part + ": " + tier)), ...(cost ? [tag("span", cost)] : []));
}
// While the page lies open: has another chat model come? The line follows, and a language model's arrival is said until the next message.
let served = "";
const chatOf = (tiers) => (tiers.find(([part]) => part === "chat") || ["", ""])[1];
async function lookAgain() {
  if (busy || !served || document.hidden) return;
  let tiers = null;
  try { tiers = Object.entries((await (await fetch("/healthz", {cache: "no-store"})).json()).tiers); } catch { return; }
  const now = chatOf(tiers);
  if (busy || !now || now === served) return;
  fillTiers(tiers);
  if (served.startsWith("planner") && !now.startsWith("planner")) {
    note("The language model is here: the next answer is worded by it.");
    clearTimeout(fading);
  }
  served = now;
}
setInterval(lookAgain, 10000);
document.addEventListener("visibilitychange", lookAgain);
function fillHello(room) {
  $(".examples").replaceChildren(...room.examples.map((text) => {
    const row = document.createElement("li");
    row.append(tag("button", text, {type: "button", class: "example"}));
    return row;
  }));
}

// ---- asking
function ask(text) {
  text = text.trim() || (files.length ? "something like this" : "");
  if (!text || busy || uploading || !tab.conversation) return false;
  const given = files.splice(0);
  fillFiles();
  busy = "t" + Date.now() + "-" + counter++;
  lastAsked = text;
  tab.asked = true;
  keep();
  $(".hello").hidden = true;
  hush();
  show({key: busy, asked: text + given.map((one) => "\n⌕ " + one.name).join(""), state: "thinking"}, true);
  root.classList.add("busy");
  trigger("ask", {key: busy, text, conversation: tab.conversation, who: tab.who, media: given.map((one) => one.media), share: shares()});
  watchOver(busy);
  return true;
}
// ---- asking with a picture or a sound, and by voice: the server keeps the file and says its handle, or what was said
const files = [], attached = $(".attached"), speak = $(".speak");
let uploading = false, recorder = null;
async function send(address, blob, name) {
  try {
    const answer = await fetch(address + "?name=" + encodeURIComponent(name), {method: "POST", body: blob});
    const told = await answer.json();
    if (!answer.ok) note(told.error || "That could not be read.");
    return answer.ok ? told : null;
  } catch { note("The server does not answer. Is it still running?"); return null; }
}
async function attach(file) {
  uploading = true;
  fillFiles(file.name);
  const told = await send("/asked", file, file.name);
  uploading = false;
  if (told) files.splice(0, files.length, ...files.slice(-2), {media: told.media, name: file.name});
  fillFiles();
  box.focus({preventScroll: true});
}
function fillFiles(coming = "") {
  attached.replaceChildren(...files.map((one, n) => tag("button", one.name + " ×", {type: "button", "data-file": n, "aria-label": "Take away " + one.name})),
    ...(coming ? [tag("span", coming + " …")] : []));
  attached.hidden = !files.length && !coming;
}
async function record() {
  if (recorder) return recorder.stop();
  let sound;
  try { sound = await navigator.mediaDevices.getUserMedia({audio: true}); } catch { return note("The microphone cannot be used here."); }
  const pieces = [];
  recorder = new MediaRecorder(sound);
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
  recorder.addEventListener("stop", async () => {
    const kind = recorder.mimeType.includes("mp4") ? "m4a" : recorder.mimeType.includes("ogg") ? "ogg" : "webm";
    sound.getTracks().forEach((track) => track.stop());
    recorder = null;
    speak.setAttribute("aria-pressed", "false");
    box.placeholder = "Listening to what you said …";
    const told = await send("/spoken", new Blob(pieces), "question." + kind);
    box.placeholder = "Ask in your own words …";
    if (!told) return;
    if (!told.text) return note("Nothing was understood. Please say it again, or write it.");
    box.value = (box.value + " " + told.text).trim();
    grow();
    box.focus({preventScroll: true});
  });
  recorder.start();
  speak.setAttribute("aria-pressed", "true");
  setTimeout(() => recorder && recorder.stop(), 30000);
}
speak.hidden = !(navigator.mediaDevices && window.MediaRecorder);
$("#v-file").addEventListener("change", (event) => { const [file] = event.target.files; event.target.value = ""; if (file) attach(file); });
box.addEventListener("paste", (event) => { const [file] = event.clipboardData.files; if (file) { event.preventDefault(); attach(file); } });

// Whether a chat model elsewhere is told the taste: asked only where the chat model is one; null leaves it as the server was set up.
function shares() { return $(".sharing").hidden ? null : $("#v-share").checked; }
function fillSharing(tiers) {
  const chat = tiers.find(([part]) => part === "chat");
  $(".sharing").hidden = !(chat && chat[1].includes("not on this machine"));
  const told = Boolean(chat && chat[1].includes(", told your taste"));
  try { $("#v-share").checked = (localStorage.getItem("vouch-share") || (told ? "yes" : "no")) === "yes"; } catch { $("#v-share").checked = told; }
}
$("#v-share").addEventListener("change", (event) => { try { localStorage.setItem("vouch-share", event.target.checked ? "yes" : "no"); } catch { /* nothing is stored */ } });

// While an answer is awaited: is the server still there, and still the one that was asked?
async function watchOver(key) {
  const since = await started();
  while (since && busy === key) {
    await new Promise((done) => setTimeout(done, 4000));
    if (busy === key && (await started()) !== since) break;
  }
  if (busy === key) fail("The server has stopped answering. Once it runs again, please ask once more.");
}
async function started() {
  try { return (await (await fetch("/healthz", {cache: "no-store"})).json()).started; } catch { return null; }
}
function fail(text) {
  show({key: busy, words: "<p>" + text + "</p>", state: "done"}, false);
  settle("failed");
}
function show(turn, scroll) {
  let row = [...turns.children].find((one) => one.dataset.key === turn.key);
  if (!row) {
    row = tag("section", "", {class: "turn", "data-key": turn.key});
    row.append(tag("p", turn.asked, {class: "asked"}));
    for (const part of ["words", "notes", "list"]) row.append(tag("div", "", {class: part}));
    row.querySelector(".words").after(tag("button", "Read on", {type: "button", class: "more", hidden: ""}));
    turns.append(row);
    if (scroll) row.scrollIntoView({block: "start", behavior: "smooth"});
  }
  row.dataset.state = turn.state;
  put(row, ".list", turn.cards);
  put(row, ".words", turn.words);
  put(row, ".notes", turn.notes);
  clip(row);
}
// Long words above cards are clipped, so that the first card is seen at once and stays where it is.
function clip(row) {
  const words = row.querySelector(".words");
  row.querySelector(".more").hidden = words.classList.contains("whole") || words.scrollHeight <= words.clientHeight + 4;
}
addEventListener("resize", () => [...turns.children].forEach(clip));
// Replaces a part only when it differs, so that an open reason stays open and a sound plays on.
function put(row, selector, html) {
  const part = row.querySelector(selector);
  if (html === undefined || part.dataset.html === html) return;
  part.dataset.html = html;
  part.innerHTML = html;
}
function settle(state) {
  busy = null;
  root.classList.remove("busy");
  const row = turns.lastElementChild;
  if (!row) return;
  const cards = row.querySelectorAll(".card").length;
  spoken.textContent = state === "done" ? row.querySelector(".words").textContent + (cards ? " " + cards + " suggestions." : "") : "";
}
watch("value", () => {
  const turn = props.value;
  if (turn?.state === "failed") {
    if (busy) fail("Something went wrong on the server, and its log says what. Please try again.");
    return;
  }
  if (!turn?.key || turn.conversation !== tab.conversation) return;
  show(turn, false);
  if (turn.tiers) fillTiers(turn.tiers, turn.cost);
  if (turn.state === "done" && turn.key === busy) { settle("done"); refreshTaste(); }
});

// ---- likes and the like
async function mark(item, kind) {
  const kept = await call("mark", {item, kind, conversation: tab.conversation, who: tab.who});
  if (!kept) return note("That could not be kept: the server does not answer.");
  showMarks(kept.marks);
  note(kept.said, kept.undo ? item : null);
  if (kept.taste !== undefined) fillTaste(kept.taste);
}
function showMarks(marks) {
  for (const [id, state] of Object.entries(marks)) {
    for (const card of turns.querySelectorAll(".card")) {
      if (card.dataset.item !== id) continue;
      card.dataset.mark = state;
      for (const button of card.querySelectorAll("[data-kind]")) button.setAttribute("aria-pressed", String(button.dataset.kind === state));
    }
  }
}

// ---- the taste card: what is known, from where, and the buttons that change it
const panel = $("aside.taste"), known = $("button.known");
// A button that is pressed goes with the old card; whoever uses the keyboard stays in the panel.
function fillTaste(html) {
  if (panel.hidden) return;
  const inside = panel.matches(":focus-within");
  $(".card-of-taste").innerHTML = html;
  if (inside && !panel.matches(":focus-within")) panel.querySelector(".close").focus({preventScroll: true});
}
async function openTaste(open) {
  panel.hidden = !open;
  known.setAttribute("aria-expanded", String(open));
  root.classList.toggle("tasting", open);
  if (!open) return known.focus({preventScroll: true});
  panel.querySelector(".close").focus({preventScroll: true});
  await refreshTaste();
}
async function refreshTaste() {
  if (panel.hidden) return;
  const told = await call("taste", {conversation: tab.conversation, who: tab.who});
  fillTaste(told ? told.taste : "<p class='none'>The server does not answer.</p>");
}
async function changeTaste(action, row = null) {
  const kept = await call("change_taste", {taste: action, item: row?.dataset.item || "", condition: row?.dataset.condition || "",
    conversation: tab.conversation, who: tab.who});
  if (!kept) return note("That could not be changed: the server does not answer.");
  showMarks(kept.marks);
  fillTaste(kept.taste);
  note(kept.said);
  noted.querySelector(".again").hidden = !lastAsked;
}
element.addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) openTaste(false); });
function note(text, item = null) {
  noted.firstElementChild.textContent = text;
  undo = item;
  noted.querySelector(".undo").hidden = !item;
  noted.querySelector(".again").hidden = !item || !lastAsked;
  noted.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(fade, 10000);
}
function fade() { noted.matches(":hover, :focus-within") ? fading = setTimeout(fade, 3000) : hush(); }
function hush() { noted.hidden = true; undo = null; }

// ---- sound: one at a time, from the second of the reason to its end
const player = new Audio();
player.preload = "none";
let playing = null;
function stop() {
  player.pause();
  if (playing) playing.setAttribute("aria-pressed", "false");
  playing = null;
}
function play(button) {
  const same = playing === button;
  stop();
  if (same) return;
  playing = button;
  button.setAttribute("aria-pressed", "true");
  const start = Number(button.dataset.start || 0);
  player.src = button.dataset.play + (start ? "#t=" + start : "");
  player.play().catch(() => { if (playing === button) { stop(); note("This sound cannot be played here."); } });
}
player.addEventListener("timeupdate", () => {
  if (playing && playing.dataset.end && player.currentTime >= Number(playing.dataset.end) + 0.3) stop();
});
player.addEventListener("ended", stop);

// ---- the page's events, all delegated
element.addEventListener("click", (event) => {
  const target = event.target.closest("button, a");
  if (!target) return;
  if (target.dataset.kind) {
    const card = target.closest(".card");
    mark(card.dataset.item, target.getAttribute("aria-pressed") === "true" ? "forget" : target.dataset.kind);
  } else if (target.dataset.play) play(target);
  else if (target.classList.contains("example")) { if (ask(target.textContent)) box.focus({preventScroll: true}); }
  else if (target.classList.contains("fresh")) arrive({who: tab.who});
  else if (target.classList.contains("attach")) $("#v-file").click();
  else if (target === speak) record();
  else if (target.dataset.file) { files.splice(Number(target.dataset.file), 1); fillFiles(); }
  else if (target === known) openTaste(panel.hidden);
  else if (target.classList.contains("close")) openTaste(false);
  else if (target.dataset.taste) changeTaste(target.dataset.taste, target.closest("li"));
  else if (target.classList.contains("undo")) { if (undo) changeTaste("undo"); }
  else if (target.classList.contains("again")) ask(lastAsked);
  else if (target.classList.contains("more")) { target.previousElementSibling.classList.add("whole"); target.hidden = true; }
  else if (target.dataset.goto) { event.preventDefault(); goTo(target); }
});
function goTo(link) {
  const cards = [...turns.querySelectorAll(".card")].filter((card) => card.dataset.item === link.dataset.goto);
  const own = cards.find((card) => link.closest(".turn").contains(card)) || cards.at(-1);
  if (!own) return;
  own.scrollIntoView({block: "center", behavior: "smooth"});
  own.classList.remove("shown");
  void own.offsetWidth;
  own.classList.add("shown");
}
element.addEventListener("error", (event) => {
  if (event.target.tagName === "IMG") event.target.classList.add("missing");
}, true);
who.addEventListener("change", () => {
  const [kind, id] = [who.value.slice(0, who.value.indexOf(":")), who.value.slice(who.value.indexOf(":") + 1)];
  if (kind === "name" && !id) {
    who.hidden = true;
    $("form.name").hidden = false;
    root.classList.add("naming");
    $("#v-name").focus();
    return;
  }
  arrive({who: {kind, id}});
});
$("form.name").addEventListener("submit", (event) => {
  event.preventDefault();
  arrive({who: {kind: "name", id: $("#v-name").value}});
});
$("form.name").addEventListener("keydown", (event) => { if (event.key === "Escape") arrive({who: tab.who, conversation: tab.conversation}); });
$("form.composer").addEventListener("submit", (event) => {
  event.preventDefault();
  if (ask(box.value)) { box.value = ""; grow(); }
  box.focus({preventScroll: true});
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("form.composer").requestSubmit();
  }
});
function grow() { box.style.height = "auto"; box.style.height = Math.min(box.scrollHeight, 160) + "px"; }
box.addEventListener("input", grow);

(async () => {
  const said = recall();
  if (said.conversation && !(await alone(said.conversation))) delete said.conversation;
  await arrive(said);
})();
