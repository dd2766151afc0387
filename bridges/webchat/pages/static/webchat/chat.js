/* The chat's window. What is written is kept here until the server has said that it is stored; what is shown is what the server knows. */
const page = JSON.parse(document.getElementById("page").textContent);
const say = (name, values = {}) => page.words[name].replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
const part = (name) => document.getElementById(name);
const [list, scroll, text, files, chosen, fault, trouble, older] = ["lines", "scroll", "text", "files", "chosen", "fault", "trouble", "older"].map(part);
const host = page.alone ? "" : (location.ancestorOrigins?.[0] || (document.referrer && new URL(document.referrer).origin) || "");
const SHORTEST_WAIT = 1000, LONGEST_WAIT = 30000, SILENT_MS = 60000, PICTURE = /\.(png|jpe?g|gif|webp)$/i, LARGEST_PICTURE = 5e6;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const make = (name, className, words) => { const made = document.createElement(name); if (className) made.className = className; if (words !== undefined) made.textContent = words; return made; };
const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

// --- What this browser keeps -------------------------------------------------------------------------------------------
const memory = new Map();
let isStored = true;
const kept = {
  key: (name) => `holdfast:${page.chat}:${name}`,
  get(name) { try { return localStorage.getItem(this.key(name)) ?? memory.get(name) ?? null; } catch { isStored = false; return memory.get(name) ?? null; } },
  set(name, value) {
    memory.set(name, value);
    try { value === null ? localStorage.removeItem(this.key(name)) : localStorage.setItem(this.key(name), value); } catch { isStored = false; }
    if (name === "pass" && !isStored) tell("keep", value);
  },
};

// --- The website around us: only one that the account names, and only the page that framed us ---------------------------
let jwt = "", where = page.alone ? location.origin + location.pathname : "", parentOrigin = "", isOpen = page.alone;
function tell(what, value = null) {
  const to = parentOrigin || (page.sites.includes(host) ? host : "");
  if (!page.alone && to) parent.postMessage({ holdfast: page.chat, do: what, value }, to);
}
addEventListener("message", (event) => {
  if (page.alone || event.source !== parent || !page.sites.includes(event.origin) || event.data?.holdfast !== page.chat) return;
  parentOrigin = event.origin;
  const { do: what } = event.data;
  if (what === "hello") {
    where = String(event.data.page || "").slice(0, 500);
    if (!kept.get("pass") && event.data.kept) kept.set("pass", event.data.kept);
    if (event.data.jwt) identify(event.data.jwt); else start();
  } else if (what === "opened") { isOpen = true; scroll.scrollTop = scroll.scrollHeight; text.focus(); acknowledge(); } // hidden, it had no height to be scrolled
  else if (what === "closed") isOpen = false;
  else if (what === "identify") identify(event.data.jwt);
  else if (what === "reset") forget();
});

// --- Asking the server --------------------------------------------------------------------------------------------------
async function ask(path, options = {}) {
  const headers = { ...(options.headers || {}) };
  if (kept.get("pass")) headers.Authorization = `Bearer ${kept.get("pass")}`;
  return fetch(`${page.base}${path}${path.includes("?") ? "&" : "?"}language=${page.language}`, { credentials: "omit", cache: "no-store", ...options, headers });
}
let beginning = null;
function begin() { // one pass, however many ask for it at once
  beginning ??= (async () => {
    const answer = await ask("begin/", { method: "POST", body: JSON.stringify(jwt ? { jwt } : {}) });
    const given = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(given.error), { isFinal: answer.status === 403 });
    kept.set("pass", given.pass);
    if (given.name) kept.set("name", given.name);
    if (given.email && !part("mail").value) part("mail").value = given.email;
    tell("begun", true);
    listen();
  })().finally(() => { beginning = null; });
  return beginning;
}
async function identify(token) {
  jwt = String(token || "");
  kept.set("pass", null);
  clear();
  try { await begin(); } catch (error) { say_trouble(error.message); }
  await refresh();
}

// --- What was said ------------------------------------------------------------------------------------------------------
const known = new Map(); // by the server's id
const outbox = []; // what is on its way, in order: {id, text, files, words, isRefused}
let hasMore = false, reached = "", isAsked = kept.get("later") === "1", refreshing = null, isAgain = false;

function refresh() { // one at a time; asked for meanwhile: once more
  if (refreshing) { isAgain = true; return refreshing; }
  refreshing = fetchLines().catch(() => {}).finally(() => { refreshing = null; if (isAgain) { isAgain = false; refresh(); } });
  return refreshing;
}
async function fetchLines() {
  if (!kept.get("pass")) return;
  let before = "", newest = null;
  for (let page_ = 0; page_ < 20; page_ += 1) { // what is missing between what we have and what there is
    const found = await linesBefore(before);
    if (!found) return;
    newest ??= found;
    const joins = found.lines.some((line) => known.has(line.id)) || known.size === 0;
    for (const line of found.lines) known.set(line.id, line);
    if (joins || !found.more) { if (known.size === found.lines.length) hasMore = found.more; break; }
    before = found.lines[0].id;
  }
  reached = newest.mail;
  show();
  acknowledge();
}
async function linesBefore(before) {
  const answer = await ask(`lines/?before=${before}`);
  if (answer.status === 401) { passes_no_more(); return null; }
  return answer.ok ? answer.json() : null;
}
function passes_no_more() { kept.set("pass", null); tell("begun", false); stop(); if (jwt) begin().then(refresh, () => {}); }
older.addEventListener("click", async () => {
  const first = sorted()[0];
  const found = first && await linesBefore(first.id);
  if (!found) return;
  for (const line of found.lines) known.set(line.id, line);
  hasMore = found.more;
  const height = scroll.scrollHeight;
  show();
  scroll.scrollTop += scroll.scrollHeight - height;
});
const sorted = () => [...known.values()].sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));

// --- Showing it ---------------------------------------------------------------------------------------------------------
function show() {
  const isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  const stored = new Set([...known.values()].map((line) => line.client).filter(Boolean));
  for (let at = outbox.length - 1; at >= 0; at -= 1) if (stored.has(outbox[at].id)) outbox.splice(at, 1);
  keepOutbox();
  const wanted = [...sorted().map((line) => ["s" + line.id, JSON.stringify(line), () => drawLine(line)]), ...outbox.map((one) => ["o" + one.id, `${one.words}${one.isRefused}${one.isStored}`, () => drawWaiting(one)])];
  const there = new Map([...list.children].map((element) => [element.dataset.key, element]));
  let last = null;
  for (const [key, version, draw] of wanted) {
    let element = there.get(key);
    there.delete(key);
    if (!element || element.dataset.version !== version) { const drawn = draw(); drawn.dataset.key = key; drawn.dataset.version = version; if (element) element.replaceWith(drawn); element = drawn; }
    if ((last ? last.nextSibling : list.firstChild) !== element) list.insertBefore(element, last ? last.nextSibling : list.firstChild);
    last = element;
  }
  for (const element of there.values()) element.remove();
  older.hidden = !hasMore;
  part("ask").hidden = !(page.asks_mail && !reached && !isAsked && (known.size || outbox.length));
  part("reached").hidden = part("transcript").hidden = !reached;
  part("reached").textContent = reached ? say("answered_at", { address: reached }) : "";
  if (isAtEnd) scroll.scrollTop = scroll.scrollHeight;
}
function drawLine(line) {
  const drawn = make("div", `line ${line.own ? "own" : "theirs"}`);
  const bubble = make("div", `bubble${line.gone ? " gone" : ""}`);
  bubble.dir = "auto";
  if (line.gone) bubble.textContent = say("gone");
  else if (line.own) bubble.append(...linked(line.text));
  else { bubble.innerHTML = line.html; for (const link of bubble.querySelectorAll("a")) { link.target = "_blank"; link.rel = "noopener noreferrer"; } }
  if (line.footer) bubble.append(make("div", "footer", line.footer));
  drawn.append(bubble, ...line.files.map((file) => drawFile(line, file)));
  const at = new Date(line.at).toLocaleString(page.language, { hour: "2-digit", minute: "2-digit", ...(new Date(line.at).toDateString() === new Date().toDateString() ? {} : { day: "numeric", month: "short" }) });
  const about = [at, line.mail ? say("by_mail") : "", line.changed ? say("changed") : "", line.own ? say(line.seen ? "seen" : "stored") : ""];
  drawn.append(make("p", "about", about.filter(Boolean).join(" · ")));
  return drawn;
}
function linked(words) { // addresses of pages can be pressed, all else is what was typed
  return words.split(/(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/).map((piece, at) => {
    if (at % 2 === 0) return document.createTextNode(piece);
    const link = make("a", "", piece);
    Object.assign(link, { href: piece, target: "_blank", rel: "noopener noreferrer" });
    return link;
  });
}
function drawWaiting(one) {
  const drawn = make("div", `line own${one.isRefused ? " unsent" : ""}`);
  const bubble = make("div", "bubble");
  bubble.dir = "auto";
  bubble.append(...linked(one.text || one.files.map((file) => file.name).join(", ")));
  drawn.append(bubble, make("p", "about", one.words || say(one.isStored ? "stored" : "sending")));
  if (one.isRefused) { const again = make("button", "again", say("again")); again.type = "button"; again.addEventListener("click", () => { one.isRefused = false; one.words = ""; show(); pump(); }); drawn.append(again); }
  return drawn;
}
function drawFile(line, file) {
  const button = make("button", "file");
  button.type = "button";
  button.setAttribute("aria-label", say("file", { name: file.name }));
  button.append(make("span", "", `${file.name} · ${new Intl.NumberFormat(page.language, { notation: "compact", style: "unit", unit: "byte", unitDisplay: "narrow" }).format(file.size)}`));
  const path = `file/${line.id}/${file.part}/`;
  button.addEventListener("click", () => download(path, file.name, button));
  if (PICTURE.test(file.name) && file.size <= LARGEST_PICTURE) fetchBlob(path).then((blob) => { const image = make("img", "picture"); image.alt = file.name; image.src = URL.createObjectURL(blob); button.before(image); }, () => {});
  return button;
}
async function fetchBlob(path) {
  const answer = await ask(path);
  if (!answer.ok) throw new Error((await answer.json()).error);
  return answer.blob();
}
async function download(path, name, button) {
  try {
    const link = make("a");
    link.href = URL.createObjectURL(await fetchBlob(path));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  } catch (error) { button.after(make("p", "about", error.message)); }
}

// --- Writing ------------------------------------------------------------------------------------------------------------
let waiting = []; // files that are chosen
function keepOutbox() { kept.set("outbox", outbox.length ? JSON.stringify(outbox.filter((one) => !one.files.length).map(({ id, text: words }) => ({ id, text: words }))) : null); }
function put(words, with_ = []) {
  outbox.push({ id: newId(), text: words, files: with_, words: "", isRefused: false, isStored: false });
  show();
  scroll.scrollTop = scroll.scrollHeight;
  pump();
}
let pumping = false;
async function pump() { // one after the other, in order, each until the server has it
  if (pumping) return;
  pumping = true;
  let wait = SHORTEST_WAIT;
  for (let one = next(); one; one = next()) {
    const held = await sendOne(one);
    if (held === 0) { wait = SHORTEST_WAIT; continue; }
    await Promise.race([pause(held || wait * (0.75 + Math.random() / 2)), new Promise((done) => addEventListener("online", done, { once: true }))]);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
  pumping = false;
}
const next = () => outbox.find((one) => !one.isStored && !one.isRefused);
async function sendOne(one) { // 0: done with it; else after how many milliseconds to try again, null: as usual
  try {
    if (!kept.get("pass")) await begin();
    const form = new FormData();
    for (const [name, value] of Object.entries({ id: one.id, text: one.text, page: where, language: page.language, name: kept.get("name") || "", website: part("website").value })) form.append(name, value);
    for (const file of one.files) form.append("files", file);
    const answer = await ask("say/", { method: "POST", body: form });
    if (answer.status === 401) { kept.set("pass", null); return 1; }
    if (answer.ok) { Object.assign(one, { isStored: true, words: "" }); say_trouble(""); show(); setTimeout(refresh, 700); return 0; }
    const told = await answer.json().catch(() => ({}));
    one.words = told.error || say("failed");
    if (answer.status === 422 || answer.status === 413) { one.isRefused = true; show(); return 0; }
    show();
    return told.wait ? told.wait * 1000 : null;
  } catch (error) {
    if (error.isFinal) { Object.assign(one, { isRefused: true, words: error.message }); show(); return 0; }
    one.words = say("unsent");
    say_trouble(say("offline"));
    show();
    return null;
  }
}
function say_trouble(words) { trouble.hidden = !words; trouble.textContent = words; }
function submit() {
  const words = text.value.trim();
  fault.textContent = words || waiting.length ? "" : say("empty");
  if (words.length > page.longest) fault.textContent = say("too_long", { count: page.longest });
  if (fault.textContent) return;
  put(words, waiting);
  text.value = "";
  kept.set("typed", null);
  waiting = [];
  showChosen();
  grow();
}
part("compose").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
text.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); } });
const grow = () => { text.style.height = "auto"; text.style.height = `${Math.min(text.scrollHeight + 2, 144)}px`; };
text.addEventListener("input", () => { grow(); fault.textContent = ""; kept.set("typed", text.value || null); });
function choose(found) {
  const together = [...waiting, ...found];
  let size = 0;
  const large = together.find((file) => { size += file.size; return size > page.largest; });
  fault.textContent = large ? say("too_large", { name: large.name, size: `${Math.floor(page.largest / 1e6)} MB` }) : "";
  if (!large) waiting = together;
  showChosen();
}
files.addEventListener("change", () => { choose([...files.files]); files.value = ""; });
text.addEventListener("paste", (event) => { const found = [...(event.clipboardData?.files || [])]; if (found.length) { event.preventDefault(); choose(found); } });
function showChosen() {
  chosen.hidden = !waiting.length;
  chosen.replaceChildren(...waiting.map((file) => { const item = make("li"); const button = make("button", "", `${file.name} ×`); button.type = "button"; button.setAttribute("aria-label", say("remove", { name: file.name })); button.addEventListener("click", () => { waiting = waiting.filter((one) => one !== file); showChosen(); text.focus(); }); item.append(button); return item; }));
}
addEventListener("beforeunload", (event) => { if (outbox.some((one) => one.files.length && !one.isStored)) event.preventDefault(); });

// --- An address for when they have gone -----------------------------------------------------------------------------------
part("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const address = part("mail").value.trim();
  const isGood = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(address);
  part("mail-fault").textContent = isGood ? "" : say("fault_mail");
  if (isGood) { isAsked = true; kept.set("later", "1"); put(address); text.focus(); }
});
part("later").addEventListener("click", () => { isAsked = true; kept.set("later", "1"); show(); text.focus(); });

// --- What was seen ------------------------------------------------------------------------------------------------------
const told = { delivered: new Set(), read: new Set() };
async function acknowledge() {
  const ours = [...known.values()].filter((line) => !line.own && !line.mail);
  const isLooking = isOpen && document.visibilityState === "visible";
  const unread = ours.filter((line) => line.receipt !== "read" && !told.read.has(line.id));
  const sent = { delivered: unread.filter((line) => !line.receipt && !told.delivered.has(line.id)).map((line) => line.id), read: isLooking ? unread.map((line) => line.id) : [] };
  if (isLooking) sent.delivered = [];
  tell("unread", isLooking ? 0 : unread.length);
  if (page.alone) document.title = unread.length && !isLooking ? `(${unread.length}) ${part("scroll").ownerDocument.querySelector("h1").textContent}` : document.querySelector("h1").textContent;
  if (!sent.delivered.length && !sent.read.length) return;
  for (const status of ["delivered", "read"]) for (const id of sent[status]) told[status].add(id);
  const answer = await ask("receipts/", { method: "POST", body: JSON.stringify(sent) }).catch(() => null);
  if (!answer?.ok) for (const status of ["delivered", "read"]) for (const id of sent[status]) told[status].delete(id);
}
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") refresh(); });

// --- The stream that says "there is something new" ------------------------------------------------------------------------
let stream = null, typed = 0;
function stop() { stream?.abort(); stream = null; }
async function listen() {
  stop();
  const mine = stream = new AbortController();
  let wait = SHORTEST_WAIT;
  while (stream === mine && kept.get("pass")) {
    const began = Date.now();
    try { await follow(mine); } catch { /* cut: it is tried again */ }
    if (stream !== mine) return;
    wait = Date.now() - began > SILENT_MS ? SHORTEST_WAIT : Math.min(wait * 2, LONGEST_WAIT);
    await Promise.race([pause(wait * (0.5 + Math.random() / 2)), new Promise((done) => addEventListener("online", done, { once: true }))]);
  }
}
async function follow(mine) {
  const cut = new AbortController();
  mine.signal.addEventListener("abort", () => cut.abort(), { once: true });
  let silent = setTimeout(() => cut.abort(), SILENT_MS);
  const answer = await ask("live/", { signal: cut.signal });
  if (answer.status === 401) { passes_no_more(); return; }
  if (!answer.ok) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    clearTimeout(silent);
    silent = setTimeout(() => cut.abort(), SILENT_MS);
    buffer += value;
    const events = buffer.split("\n\n");
    buffer = events.pop();
    for (const event of events) { if (event.startsWith("event: new")) { say_trouble(""); refresh(); } else if (event.startsWith("event: typing")) showTyping(); }
  }
  clearTimeout(silent);
}
function showTyping() { part("typing").hidden = false; clearTimeout(typed); typed = setTimeout(() => { part("typing").hidden = true; }, 6000); }

// --- Beginning and end ----------------------------------------------------------------------------------------------------
function clear() { known.clear(); outbox.length = 0; hasMore = false; reached = ""; isAsked = false; stop(); show(); }
async function forget() {
  await ask("end/", { method: "POST" }).catch(() => null);
  for (const name of ["pass", "outbox", "typed", "name", "later"]) kept.set(name, null);
  jwt = "";
  tell("begun", false);
  clear();
  say_trouble(say("ended"));
}
part("transcript").addEventListener("click", async () => {
  part("transcript").closest("details").open = false;
  const answer = await ask("transcript/", { method: "POST" }).catch(() => null);
  say_trouble(answer?.ok ? say("mailed", { address: reached }) : ((await answer?.json().catch(() => null))?.error || say("failed")));
});
let isSure = false;
part("end").addEventListener("click", () => { if (isSure) { forget(); part("end").closest("details").open = false; } isSure = !isSure; part("sure").hidden = !isSure; });
part("close")?.addEventListener("click", () => tell("close"));
addEventListener("keydown", (event) => { if (event.key === "Escape") tell("close"); });
const bright = (hex) => { const [r, g, b] = [1, 3, 5].map((at) => ((parseInt(hex.slice(at, at + 2), 16) / 255 + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
document.documentElement.style.setProperty("--accent", page.colour);
document.documentElement.style.setProperty("--ink-on-accent", bright(page.colour) > 0.18 ? "#10201e" : "#ffffff");
text.value ||= kept.get("typed") || "";
grow();
function waitingBefore() { try { return JSON.parse(kept.get("outbox") || "[]"); } catch { return []; } }
let isStarted = false;
async function start() {
  if (isStarted) return;
  isStarted = true;
  for (const { id, text: words } of waitingBefore()) outbox.push({ id, text: words, files: [], words: "", isRefused: false, isStored: false });
  show();
  if (kept.get("pass")) { tell("begun", true); await refresh(); listen(); }
  pump();
}
if (page.alone) start(); else tell("ready");
document.documentElement.dataset.ready = "";
