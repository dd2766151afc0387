// Life: one EventSource per browser says "ticket N changed"; the page fetches what changed and touches nothing else.
import { frames, markRead, ticket } from "./pane.js";
import { parsed, part } from "./server.js";

const state = document.getElementById("live-state");
let last = Number(document.body.dataset.cursor || 0);
let source = null;
const channel = "BroadcastChannel" in window ? new BroadcastChannel("live") : null;

function heard(id, data) {
  last = Math.max(last, id || 0);
  changed.add(data.all ? "all" : data.ticket);
  clearTimeout(timer);
  timer = setTimeout(refresh, 120);
}
const changed = new Set();
let timer = 0;

async function refresh() {
  const which = new Set(changed);
  changed.clear();
  const open = ticket();
  try {
    if (open && (which.has(Number(open.dataset.number)) || which.has("all"))) {
      news(parsed(await part(open.dataset.news)));
      markRead();
    }
    await refreshLists();
  } catch { // asked again until the server answers
    which.forEach((one) => changed.add(one));
    clearTimeout(timer);
    timer = setTimeout(refresh, 2000);
  }
}

// The list and the counts as they are now. What has the focus keeps it, and what is looked at stays where it is.
export async function refreshLists() {
  const rows = document.getElementById("rows");
  const rail = document.getElementById("rail-lists");
  const open = ticket()?.dataset.number ?? "";
  const [list, counts] = await Promise.all([rows ? part(`${rows.dataset.url}&open=${open}`) : "", rail ? part(rail.dataset.url) : ""]);
  if (rail) replace(rail, counts, (element) => element.dataset.list && `[data-list="${element.dataset.list}"]`);
  if (rows) renewRows(rows, list);
}

function replace(box, html, find) {
  const focused = box.contains(document.activeElement) ? find(document.activeElement) : "";
  box.innerHTML = html;
  window.htmx?.process(box);
  if (focused) box.querySelector(focused)?.focus({ preventScroll: true });
}

function renewRows(box, html) {
  const fresh = parsed(html);
  const rows = (scope) => [...scope.querySelectorAll(".list-row")];
  const shown = rows(box);
  const ids = new Set(rows(fresh).map((row) => row.id));
  const isNew = rows(fresh).some((row) => !document.getElementById(row.id));
  // Pages that were opened further down stay: the answer holds the first one alone.
  const further = fresh.querySelector(".list-more") ? shown.slice(rows(fresh).length).filter((row) => !ids.has(row.id)) : [];
  const more = further.length ? box.querySelector(".list-more") : null;
  if (further.length) fresh.querySelector(".list-more").remove();
  // Whoever points at a row, has one in the focus, or has scrolled, keeps it before their eyes.
  const isWatched = box.matches(":hover") || box.contains(document.activeElement) || box.scrollTop > 0;
  const anchor = isWatched ? shown.find((row) => row.getBoundingClientRect().bottom > box.getBoundingClientRect().top) : null;
  const top = anchor?.getBoundingClientRect().top;
  const holder = document.createElement("div");
  holder.append(fresh);
  replace(box, holder.innerHTML, (element) => element.id && `#${element.id}`);
  box.append(...further.map((row) => row.parentElement), ...(more ? [more] : []));
  document.dispatchEvent(new CustomEvent("rows:renewed"));
  const after = anchor && document.getElementById(anchor.id);
  if (after) box.scrollTop += after.getBoundingClientRect().top - top;
  const pill = document.getElementById("fresh");
  if (pill && isNew && box.scrollTop > 8) pill.hidden = false;
}
const list = document.getElementById("rows");
list?.addEventListener("scroll", () => { if (list.scrollTop <= 8) document.getElementById("fresh").hidden = true; }, { passive: true });
document.getElementById("fresh")?.addEventListener("click", () => {
  list.scrollTop = 0;
  list.querySelector(".list-row")?.focus();
});

// The open ticket: new items are put in their places, changed ones replaced, all others left alone.
export function news(fragment) {
  const head = fragment.querySelector("#ticket-head");
  const timeline = document.getElementById("timeline");
  if (head) renewHead(head);
  if (!timeline) return;
  const writing = document.activeElement?.closest?.("#reply");
  const box = document.getElementById("conversation-scroll");
  const top = writing ? writing.getBoundingClientRect().top : 0;
  const height = box.scrollTop;
  for (const item of fragment.querySelectorAll("[data-item]")) put(timeline, item);
  timeline.dataset.seen = fragment.querySelector("#timeline")?.dataset.seen ?? timeline.dataset.seen;
  timeline.querySelector(".empty")?.remove();
  if (writing) box.scrollTop += writing.getBoundingClientRect().top - top;
  else box.scrollTop = height;
  document.dispatchEvent(new CustomEvent("ticket:news"));
}

function put(timeline, item) {
  const old = document.getElementById(item.id);
  if (old && old.dataset.version === item.dataset.version) return;
  if (old) {
    if (old.tagName === "DETAILS") item.open = old.open;
    old.replaceWith(item);
  } else {
    const later = [...timeline.querySelectorAll("[data-item]")].find((other) => Number(other.dataset.at) > Number(item.dataset.at));
    timeline.insertBefore(item, later ?? null);
  }
  window.htmx?.process(item);
  frames(item);
}

function renewHead(head) {
  const old = document.getElementById("ticket-head");
  if (!old || old.querySelector("details.menu[open]")) return;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const name = focused?.closest("[data-menu]")?.dataset.menu;
  const back = old.querySelector(".back")?.getAttribute("href");
  if (back) head.querySelector(".back")?.setAttribute("href", back);
  old.replaceWith(head);
  if (focused) (head.querySelector(`[data-menu="${name}"] > summary`) ?? head.querySelector("summary"))?.focus({ preventScroll: true });
}

// The stream. One tab holds it and tells the others; when that tab closes, the next one takes over.
// A machine that slept, or a phone that put the page aside, may hold a connection that is long dead: whoever has heard
// nothing for 40 s, not even a beat, listens anew, from the last event on.
const SILENCE = 40000;
let isCut = 0;
let heardAt = Date.now();
let wasOpen = false;
function listen() {
  heardAt = Date.now();
  source?.close();
  source = new EventSource(`${document.body.dataset.live}?after=${last}`);
  source.onopen = () => {
    if (wasOpen) document.dispatchEvent(new CustomEvent("live:told", { detail: { leads: true } }));
    wasOpen = true;
    clearTimeout(isCut); 
    isCut = 0;
    if (state) state.hidden = true;
  };
  source.onmessage = (event) => {
    const message = { id: Number(event.lastEventId), data: JSON.parse(event.data) };
    heard(message.id, message.data);
    channel?.postMessage(message);
    heardAt = Date.now();
  };
  for (const kind of ["presence", "told", "beat"]) {
    source.addEventListener(kind, (event) => {
      const data = JSON.parse(event.data);
      pass({ kind, data: kind === "told" ? { leads: true } : data }); // of several tabs, one calls out
      channel?.postMessage({ kind, data });
    });
  }
  source.onerror = () => {
    isCut ||= setTimeout(() => { if (state) state.hidden = false; }, 4000);
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  };
}
function pass({ kind, id, data }) {
  heardAt = Date.now();
  if (kind) document.dispatchEvent(new CustomEvent(`live:${kind}`, { detail: data }));
  else heard(id, data);
}
function wake() { if (document.visibilityState === "visible" && Date.now() - heardAt > SILENCE) listen(); }
if (document.body.dataset.live) {
  if (channel) channel.onmessage = (event) => pass(event.data);
  document.addEventListener("visibilitychange", wake);
  setInterval(wake, 10000);
  if (navigator.locks && channel) navigator.locks.request("live", () => new Promise(() => listen()));
  else listen();
  addEventListener("offline", () => { if (state) state.hidden = false; });
  addEventListener("online", () => { if (state) state.hidden = true; });
  addEventListener("online", () => { if (source) listen(); });
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  setInterval(() => { if (document.visibilityState === "visible") refreshLists().catch(() => {}); }, 60000);
}
