// Saved replies in the reply box: a slash at the beginning of a line opens the list, what is typed after it searches it.
// The focus stays in the text; the list is walked with the arrow keys, Enter or Tab puts the reply in, Escape closes.
import { parsed, part, post, toast } from "./server.js";

const typed = /(?:^|\n)\/([^\n/]{0,60})$/;
const variable = /\{(?:contact|ticket|agent|mailbox)\.\w+\}/;
const list = () => document.getElementById("saved-replies");
const area = () => document.getElementById("box-text");
const options = () => [...(list()?.querySelectorAll("[data-use]") ?? [])];
let asked = "";
let closed = null; // what was typed when somebody closed the list: it stays closed until that changes

function query(text) {
  if (text.selectionStart !== text.selectionEnd) return null;
  return text.value.slice(0, text.selectionStart).match(typed)?.[1] ?? null;
}
const isOpen = () => list() && !list().hidden;
function close() {
  const box = list();
  if (!box || box.hidden) return;
  box.hidden = true;
  box.replaceChildren();
  area().removeAttribute("aria-activedescendant");
  asked = "";
}
async function look(text) {
  const words = query(text);
  if (words === null || words === closed) { if (words === null) closed = null; close(); return; }
  const box = list();
  const form = text.form;
  const url = new URL(box.dataset.suggest, location.href);
  url.searchParams.set("q", words);
  if (form.elements.ticket) url.searchParams.set("ticket", form.elements.ticket.value);
  if (String(url) === asked && isOpen()) return;
  asked = String(url);
  try {
    const html = await part(url);
    if (asked !== String(url) || query(area()) !== words) return;
    box.replaceChildren(parsed(html));
    box.hidden = false;
    document.getElementById("saved-count").textContent = box.dataset.count.replace("%", options().length);
    choose(options()[0]);
    box.scrollIntoView({ block: "nearest" });
  } catch (error) { close(); toast(error.message, { failed: true }); }
}
function choose(option) {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  if (!option) { area().removeAttribute("aria-activedescendant"); return; }
  area().setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}
const chosen = () => options().find((one) => one.getAttribute("aria-selected") === "true");

async function put(option) {
  const text = area();
  const words = query(text);
  if (words === null) return;
  const end = text.selectionStart;
  const start = end - words.length - 1;
  const slash = text.value.slice(start, end);
  const about = new FormData();
  for (const name of ["ticket", "to", "mailbox"]) if (text.form.elements[name]) about.set(name, text.form.elements[name].value);
  close();
  try {
    const said = (await (await post(option.dataset.use, about)).json()).text;
    if (!text.isConnected || text.value.slice(start, end) !== slash) return; // somebody wrote on meanwhile
    text.focus();
    text.setRangeText(said, start, end, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    showEmpty(text, start, start + said.length);
  } catch (error) { toast(error.message, { failed: true }); }
}
// The first variable that nothing was known for: chosen, so that what is typed takes its place.
function showEmpty(text, from, to) {
  const match = text.value.slice(from, to).match(variable);
  if (!match) return;
  text.focus({ preventScroll: true });
  text.setSelectionRange(from + match.index, from + match.index + match[0].length);
}

document.addEventListener("input", (event) => { if (event.target.id === "box-text") look(event.target); });
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "box-text" || !isOpen() || event.isComposing) return;
  const all = options();
  const at = all.indexOf(chosen());
  if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
  else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey || event.key === "Tab" && !event.shiftKey) && chosen()) put(chosen());
  else if (event.key === "Escape") { closed = query(event.target); close(); }
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);
document.addEventListener("pointerdown", (event) => { if (event.target.closest?.("#saved-replies")) event.preventDefault(); });
document.addEventListener("click", (event) => {
  const option = event.target.closest?.("#saved-replies [data-use]");
  if (option) put(option);
  else if (event.target.closest?.("[data-saved-open]")) begin();
  else if (!event.target.closest?.("#saved-replies, #box-text")) close();
});
// The button: a slash of its own line, as if it had been typed.
function begin() {
  const text = area();
  text.focus();
  const before = text.value.slice(0, text.selectionStart);
  closed = null;
  text.setRangeText(before && !before.endsWith("\n") ? "\n/" : "/", text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
}
// The box came back with a refusal: where a variable is still empty, it is chosen.
new MutationObserver(() => {
  const text = area();
  if (!text || text.dataset.looked || !text.form.querySelector(".wrong")) return;
  text.dataset.looked = "1";
  setTimeout(() => showEmpty(text, 0, text.value.length));
}).observe(document.body, { childList: true, subtree: true });
