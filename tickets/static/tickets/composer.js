// The reply box: saves itself, takes files, sends with ten seconds to take it back. The server holds the draft.
import { frames } from "./pane.js";
import { parsed, part, post, toast } from "./server.js";

const composer = () => document.getElementById("composer");
const holder = () => document.getElementById("reply");
let timer = 0;
let saving = Promise.resolve();

function saved(form, text) { const line = form.querySelector(".saved"); if (line) { line.textContent = text; line.title = text; } }
function body(form, submitter) {
  const data = new FormData(form, submitter);
  data.delete("files");
  return data;
}

// Saving: a moment after the last key, one request at a time, and once more before the page goes away.
function saveSoon(form) {
  clearTimeout(timer);
  timer = setTimeout(() => { timer = 0; saving = saving.then(() => save(form)); }, 700);
}
async function save(form) {
  if (!form.isConnected) return;
  try {
    await post(form.dataset.save, body(form));
    saved(form, form.dataset.saved);
  } catch { saved(form, form.dataset.unsaved); }
}
function saveNow() {
  const form = composer();
  if (!timer || !form) return;
  clearTimeout(timer);
  timer = 0;
  navigator.sendBeacon(form.dataset.save, body(form));
}
addEventListener("pagehide", saveNow);
document.addEventListener("htmx:beforeSwap", (event) => { if (event.target.id === "conversation") saveNow(); });

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("#composer");
  if (!form || event.target.type === "file" || event.target.type === "radio") return;
  if (event.target.matches("[name=to], [name=cc]")) form.dataset.edited = "1";
  if (event.target.id === "box-text") begun(form, event.target.value);
  if (event.target.matches("[name=to], [name=cc], [name=bcc]")) event.target.title = event.target.value;
  saved(form, form.dataset.saving);
  saveSoon(form);
  if (event.target.tagName === "TEXTAREA") grow(event.target);
});
// With the first word a reply begins: from here on it counts who else writes. In an empty box nothing has been begun.
function begun(form, text) {
  const seen = document.getElementById("timeline")?.dataset.seen;
  if (text && !form.dataset.begun && seen) form.elements.seen.value = seen;
  form.dataset.begun = text ? "1" : "";
}
function grow(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

// Reply, reply to all, forward, note.
function kindChanged(form) {
  const kind = form.querySelector("[name=kind]:checked")?.value;
  if (!kind) return;
  const isNote = kind === "note";
  const area = form.querySelector("textarea");
  form.classList.toggle("is-note", isNote);
  form.querySelectorAll("[data-recipients]").forEach((one) => { one.hidden = isNote; });
  area.dataset.placeholder ??= area.placeholder;
  area.placeholder = isNote ? area.dataset.notePlaceholder : area.dataset.placeholder;
  const label = form.querySelector("[data-send-label]");
  label.textContent = isNote ? label.dataset.note : label.dataset.reply;
  if (form.dataset.edited) return;
  const [to, cc] = { reply: [form.dataset.to, ""], "reply-all": [form.dataset.allTo, form.dataset.allCc], forward: ["", ""] }[kind] ?? [];
  if (to === undefined) return;
  form.elements.to.value = to;
  form.elements.cc.value = cc;
  if (cc) more(form);
}
function more(form) {
  form.querySelector("[data-more]").hidden = false;
  const button = form.querySelector("[data-more-recipients]");
  if (button) button.hidden = true;
}
export function compose(kind) {
  const form = composer();
  if (!form) return;
  const radio = form.querySelector(`[name=kind][value=${kind}]`) ?? form.querySelector("[name=kind][value=reply]");
  if (radio && radio.type === "radio") { radio.checked = true; kindChanged(form); }
  (kind === "forward" ? form.elements.to : form.querySelector("textarea")).focus({ preventScroll: true });
  form.scrollIntoView({ block: "nearest" });
}
document.addEventListener("compose", (event) => compose(event.detail));
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("#composer");
  if (!form) return;
  if (event.target.type === "file") { attach(form, event.target.files); event.target.value = ""; }
  if (event.target.name === "kind") { kindChanged(form); if (form.querySelector("textarea").value) saveSoon(form); }
});
document.addEventListener("click", (event) => {
  const form = event.target.closest?.("#composer");
  if (!form) return;
  if (event.target.closest("[data-more-recipients]")) { more(form); form.elements.cc.focus(); }
  const detach = event.target.closest("[data-detach]");
  if (detach) { event.preventDefault(); takeOff(form, detach.dataset.detach); }
});
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("#composer");
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-send]"));
  } else if (form && event.key === "Enter" && event.target.matches("input:not([type=file])")) event.preventDefault();
});

// Files: by button, dropped, or pasted.
async function attach(form, files) {
  if (!files.length) return;
  const data = body(form);
  for (const file of files) data.append("files", file, file.name);
  saved(form, form.dataset.saving);
  try {
    await saving;
    showFiles(form, await (await post(form.dataset.attach, data)).text());
    saved(form, form.dataset.saved);
  } catch (error) { toast(error.message, { failed: true }); saved(form, ""); }
}
async function takeOff(form, url) {
  try { showFiles(form, await (await post(url, new FormData())).text()); } catch (error) { toast(error.message, { failed: true }); }
  form.querySelector("[type=file]").focus();
}
function showFiles(form, html) { form.querySelector("#composer-files").replaceChildren(parsed(html)); }
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const form = event.target.closest?.("#composer");
    if (!form || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    form.classList.toggle("dropping", name === "dragover");
    if (name === "drop") attach(form, event.dataTransfer.files);
  });
}
document.addEventListener("paste", (event) => {
  const form = event.target.closest?.("#composer");
  if (!form || !event.clipboardData.files.length) return;
  event.preventDefault();
  attach(form, [...event.clipboardData.files].map((file) => placed(event.target, file)));
});
// A pasted picture stands where it was pasted: its name in brackets marks the place, and the mail shows it there.
function placed(text, file) {
  if (!file.type.startsWith("image/") || !text.matches("textarea")) return file;
  const name = `picture-${Date.now().toString(36)}.${file.name.split(".").pop()}`;
  text.setRangeText(`[${name}]`, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  return new File([file], name, { type: file.type });
}

// Sending, and taking it back.
function show(html, focus = []) {
  const box = holder();
  box.replaceChildren(parsed(html));
  window.htmx?.process(box);
  frames(box);
  begin();
  focus.map((one) => document.querySelector(one)).find((one) => one)?.focus({ preventScroll: true });
  box.scrollIntoView({ block: "nearest" });
}
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const isComposer = form.id === "composer";
  if (!isComposer && !form.matches("[data-box]")) return;
  event.preventDefault();
  clearTimeout(timer);
  timer = 0;
  const button = event.submitter;
  const url = button?.hasAttribute("formaction") ? button.formAction : form.action;
  const data = body(form, button);
  button?.setAttribute("aria-disabled", "true");
  try {
    await saving;
    show(await (await post(url, data)).text(), isComposer ? ["[data-undo-send]", "#box-text"] : ["#box-text"]);
  } catch (error) {
    button?.removeAttribute("aria-disabled");
    toast(error.message, { failed: true });
  }
});

let clock = 0;
function begin() {
  clearInterval(clock);
  const goto = holder()?.querySelector("[data-goto]");
  if (goto) { location.href = goto.dataset.goto; return; }
  const form = composer();
  if (form) { kindLook(form); grow(form.querySelector("textarea")); form.dataset.begun = form.elements.text.value ? "1" : ""; }
  const waiting = document.getElementById("scheduled");
  if (!waiting) return;
  const end = performance.now() + Number(waiting.dataset.seconds) * 1000;
  clock = setInterval(() => tick(waiting, end), 250);
}
function kindLook(form) {
  const kind = form.querySelector("[name=kind]:checked")?.value;
  const area = form.querySelector("textarea");
  area.dataset.placeholder ??= area.placeholder;
  if (kind === "note") area.placeholder = area.dataset.notePlaceholder;
}
async function tick(waiting, end) {
  const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
  waiting.querySelector("[data-countdown]").textContent = left;
  waiting.querySelector("progress").value = left;
  if (left || !waiting.isConnected) { if (!waiting.isConnected) clearInterval(clock); return; }
  clearInterval(clock);
  setTimeout(() => again(waiting), 700);
}
async function again(waiting) {
  if (!waiting.isConnected) return;
  const hadFocus = waiting.contains(document.activeElement);
  try {
    show(await part(waiting.dataset.again), hadFocus ? ["[data-undo-send]", "#conversation-scroll"] : []);
  } catch { setTimeout(() => again(waiting), 2000); }
}
document.addEventListener("ticket:opened", begin);
document.addEventListener("ticket:news", () => { const waiting = document.getElementById("scheduled"); if (waiting) again(waiting); });
begin();
