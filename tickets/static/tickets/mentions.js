// "@" in a note opens the list of those who can see this ticket. Arrows choose, Enter or Tab takes, Escape closes.
import { ticket } from "./pane.js";
import { part } from "./server.js";

const BEGUN = /(?:^|[\s(])@([^@\n]{0,40})$/u;
const MOST = 6;
const known = new Map(); // people by the address that lists them
let box = null;
let chosen = 0;

const isNote = () => document.querySelector("#composer [name=kind]:checked")?.value === "note";

async function people(url) {
  if (!known.has(url)) known.set(url, JSON.parse(await part(url)).people);
  return known.get(url);
}
function typed(area) {
  if (!isNote() || area.selectionStart !== area.selectionEnd) return null;
  const found = BEGUN.exec(area.value.slice(0, area.selectionStart));
  return found ? found[1] : null;
}
async function offer(area) {
  const begun = typed(area);
  const url = ticket()?.dataset.people;
  if (begun === null || !url) return close(area);
  const wanted = begun.toLowerCase();
  let all = [];
  try { all = await people(url); } catch { return close(area); }
  if (typed(area) !== begun) return; // typed on meanwhile: that key asks again
  const found = all.filter((one) => one.name.toLowerCase().startsWith(wanted) || one.name.toLowerCase().split(" ").some((word) => word.startsWith(wanted)));
  if (!found.length) return close(area);
  show(area, found.slice(0, MOST));
}
function show(area, found) {
  if (!box?.isConnected) {
    box = Object.assign(document.createElement("ul"), { id: "mentions", className: "mentions" });
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", document.getElementById("words").dataset.mention);
    area.after(box);
    box.addEventListener("mousedown", (event) => {
      const item = event.target.closest("li");
      event.preventDefault();
      if (item) take(area, item);
    });
  }
  box.replaceChildren(...found.map((one, place) => option(one, place)));
  area.setAttribute("aria-controls", "mentions");
  area.setAttribute("aria-autocomplete", "list");
  choose(area, 0);
}
function option(one, place) {
  const item = Object.assign(document.createElement("li"), { id: `mention-${place}`, className: "mention" });
  item.setAttribute("role", "option");
  item.dataset.call = one.call;
  item.innerHTML = one.avatar; // made by the server of initials alone
  item.append(one.call === one.name ? one.name : `${one.name} (${one.call})`);
  return item;
}
function choose(area, place) {
  const items = [...box.children];
  chosen = (place + items.length) % items.length;
  items.forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
  area.setAttribute("aria-activedescendant", items[chosen].id);
}
function take(area, item) {
  const end = area.selectionStart;
  const start = area.value.slice(0, end).lastIndexOf("@");
  area.setRangeText(`@${item.dataset.call} `, start, end, "end");
  close(area);
  area.dispatchEvent(new Event("input", { bubbles: true }));
}
function close(area) {
  box?.remove();
  box = null;
  for (const name of ["aria-controls", "aria-autocomplete", "aria-activedescendant"]) area.removeAttribute(name);
}

document.addEventListener("input", (event) => { if (event.target.id === "box-text") offer(event.target); });
document.addEventListener("focusout", (event) => { if (event.target.id === "box-text") close(event.target); });
// Before every other listener: with the list open, these keys are its own.
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "box-text" || !box?.isConnected || event.ctrlKey || event.metaKey) return;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (steps[event.key]) choose(event.target, chosen + steps[event.key]);
  else if (event.key === "Enter" || event.key === "Tab") take(event.target, box.children[chosen]);
  else if (event.key === "Escape") close(event.target);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
