// Select many and act: the checkboxes of the list, the bar above it, and what is told afterwards with its undo.
import { news, refreshLists } from "./live.js";
import { ticket } from "./pane.js";
import { newKey, parsed, part, post, toast } from "./server.js";

const picked = new Set(); // numbers of tickets, also of rows that a new page of the list does not hold
let isEvery = false; // all of the list, not those on the page alone
let last = null;
const bar = document.getElementById("bar");
const boxes = () => [...document.querySelectorAll("#rows [data-pick]")];
const words = () => document.getElementById("words").dataset;
export const hasPicked = () => picked.size > 0;

// The bar is fetched when the first ticket is selected: most visits to a list need none.
async function show() {
  if (!bar || (!picked.size && bar.hidden)) return;
  if (picked.size && !bar.dataset.ready) {
    bar.dataset.ready = "1";
    try { bar.replaceChildren(parsed(await part(bar.dataset.url))); } catch { delete bar.dataset.ready; return; }
  }
  bar.hidden = !picked.size;
  for (const box of boxes()) {
    box.checked = picked.has(box.dataset.pick);
    box.closest(".list-item").classList.toggle("picked", box.checked);
  }
  const all = boxes();
  const count = bar.querySelector("[data-count]");
  if (!count) return;
  count.textContent = isEvery ? "∞" : picked.size;
  const whole = bar.querySelector("[data-pick-all]");
  whole.checked = all.every((box) => box.checked);
  whole.indeterminate = !whole.checked;
  bar.querySelector("[data-pick-every]").hidden = isEvery || !whole.checked || !document.querySelector("#rows .list-more");
}
function clear() { picked.clear(); isEvery = false; last = null; show(); }
function set(box, on) { if (on) picked.add(box.dataset.pick); else picked.delete(box.dataset.pick); isEvery = false; }
function every(on) { boxes().forEach((box) => set(box, on)); show(); }

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("[data-pick]");
  if (box) {
    const all = boxes();
    const from = event.shiftKey && last ? all.findIndex((one) => one.dataset.pick === last) : -1;
    const to = all.indexOf(box);
    if (from >= 0) all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((one) => set(one, box.checked));
    else set(box, box.checked);
    last = box.dataset.pick;
    show();
  } else if (event.target.closest?.("[data-pick-none]")) { clear(); document.querySelector(".list-row")?.focus(); }
  else if (event.target.closest?.("[data-pick-every]")) { isEvery = true; show(); }
});
document.addEventListener("change", (event) => { if (event.target.matches?.("[data-pick-all]")) every(event.target.checked); });
document.addEventListener("rows:renewed", show);
document.addEventListener("htmx:afterSettle", (event) => { if (picked.size && event.target.closest?.("#rows")) show(); });

// By keys: x selects the row that has the focus (or is open), * a all, * n none.
export function pick() {
  const row = document.activeElement?.closest?.(".list-row") ?? document.querySelector('.list-row[aria-current="true"]');
  const box = row?.parentElement.querySelector("[data-pick]");
  if (!box) return;
  set(box, !picked.has(box.dataset.pick));
  last = box.dataset.pick;
  show();
}
export function pickAll() { every(true); }
export function pickNone() { clear(); }

// Acting: on what is selected, or on the open ticket when the form names it.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-act]")) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  body.set("key", newKey());
  const tools = form.closest("#bar") && bar.querySelector(".bar-tools");
  if (tools) body.set("numbers", [...picked].join(","));
  if (tools && isEvery) { body.set("every", "1"); body.set("list", tools.dataset.list); body.set("tag", tools.dataset.tag); }
  const menu = form.closest("details.menu");
  menu?.removeAttribute("open");
  document.getElementById("toasts").replaceChildren();
  try {
    const answer = await (await post(form.getAttribute("action"), body)).json();
    if (tools) clear();
    tell(answer);
    await refresh(answer.moved);
    keepFocus(tools ? "" : menu?.dataset.menu, Boolean(tools));
  } catch (error) { toast(error.message, { failed: true }); }
});
// What was pressed may be gone now; the focus goes to where it was, or to what is read.
function keepFocus(menu, isList) {
  if (document.activeElement && document.activeElement !== document.body) return;
  const place = (menu && document.querySelector(`[data-menu="${menu}"] > summary`)) || (isList && document.querySelector(".list-row"));
  (place || document.getElementById("conversation-scroll"))?.focus({ preventScroll: true });
}
function tell(answer) {
  toast(answer.words, { undo: answer.undo && (() => takeBack(answer.undo)), label: words().undo, seconds: 40 });
  if (answer.progress) setTimeout(() => watch(answer.progress), 700);
}
async function watch(url) {
  try {
    tell(JSON.parse(await part(url)));
    refreshLists().catch(() => {});
  } catch { setTimeout(() => watch(url), 3000); }
}
async function takeBack(url) {
  const body = new FormData();
  body.set("key", newKey());
  try {
    const answer = await (await post(url, body)).json();
    tell(answer);
    await refresh(answer.moved);
    keepFocus("", !ticket());
  } catch (error) { toast(error.message, { failed: true }); }
}
// Tickets that were joined or parted are other pages; all else is put into the one that is open.
async function refresh(moved) {
  const open = ticket();
  if (moved && open) { location.reload(); return; }
  if (open) news(parsed(await part(open.dataset.news)));
  await refreshLists();
}
