// Keys, the same as Gmail's where it has one. Never while somebody types.
import { openMenu } from "./menu.js";
import { act } from "./pane.js";
import { hasPicked, pick, pickAll, pickNone } from "./select.js";

const rows = () => [...document.querySelectorAll(".list-row")];
const go = (name) => { location.href = document.querySelector(`[data-list="${name}"]`)?.href ?? `/lists/${name}/`; };
const press = (selector) => document.querySelector(selector)?.click();
// With tickets selected, a key means those; else the one that is open.
const where = () => (hasPicked() ? "#bar" : "#ticket");
const menu = (name) => openMenu(hasPicked() ? `pick-${name}` : name);
let prefix = "";

function walk(step) {
  const all = rows();
  if (!all.length) return messages(step);
  const at = all.findIndex((row) => row === document.activeElement);
  const current = at >= 0 ? at : all.findIndex((row) => row.getAttribute("aria-current") === "true");
  const next = all[Math.max(0, Math.min(all.length - 1, current < 0 ? 0 : current + step))];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}
function messages(step) {
  const all = [...document.querySelectorAll("a.hit")];
  const at = all.indexOf(document.activeElement);
  all[Math.max(0, Math.min(all.length - 1, at + step))]?.focus();
}
function open() {
  const focused = document.activeElement;
  const row = focused?.matches?.(".list-row, a.hit") ? focused : rows()[0];
  row?.click();
}
function back() {
  const row = document.querySelector('.list-row[aria-current="true"]') ?? rows()[0];
  document.activeElement?.blur();
  if (matchMedia("(max-width: 699px)").matches) document.querySelector(".back")?.click();
  else row?.focus();
}
function find() {
  if (getComputedStyle(document.getElementById("rail")).visibility === "hidden") act("drawer");
  document.documentElement.dataset.rail = "wide";
  document.getElementById("search")?.focus();
}
const write = (kind) => document.dispatchEvent(new CustomEvent("compose", { detail: kind }));

const keys = {
  j: () => walk(1), k: () => walk(-1), o: open, u: back,
  r: () => write("reply"), a: () => write("reply-all"), f: () => write("forward"), n: () => write("note"),
  e: () => press(`${where()} [data-key="e"]`), "!": () => press(`${where()} [data-key="!"]`),
  "#": () => press(hasPicked() ? '#bar [data-key="#"]' : '[data-menu="state"] [value="closed"]'),
  s: () => openMenu("priority"), i: () => menu("assign"), l: () => menu("tags"), b: () => menu("snooze"), x: pick,
  c: () => { location.href = document.querySelector('a[href$="/new/"]')?.href ?? location.href; },
  z: () => (document.querySelector("[data-undo-send]") ?? document.querySelector(".toast [data-undo]"))?.click(),
  "/": find,
  "?": () => act("shortcuts"),
};
const places = { m: "mine", u: "unassigned", o: "open", w: "waiting", b: "snoozed", s: "solved", "!": "spam" };
const picks = { a: pickAll, n: pickNone };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open], details.menu[open] .menu-box")) {
    if (event.key === "Escape" && event.target.matches("#search, .composer textarea, .composer input")) back();
    return;
  }
  if (prefix === "g" && places[event.key]) { prefix = ""; event.preventDefault(); go(places[event.key]); return; }
  if (prefix === "*" && picks[event.key]) { prefix = ""; event.preventDefault(); picks[event.key](); return; }
  if (event.key === "Escape" && hasPicked()) { pickNone(); return; }
  prefix = event.key === "g" || event.key === "*" ? event.key : "";
  const action = keys[event.key];
  if (action) { event.preventDefault(); action(); }
});
