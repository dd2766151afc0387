// Who else is at the open ticket, and who writes in it. The page says that it is here every few seconds, while it is seen.
import { ticket } from "./pane.js";
import { csrf, post } from "./server.js";

const EVERY = 8000;
const WRITING = 30000; // after the last key, somebody who has words in the box still counts as writing
const me = document.body.dataset.me;
const words = () => document.getElementById("words")?.dataset ?? {};
const others = new Map(); // by ticket number, as it was told last
let typed = 0;
let said = false;

const isWriting = () => Date.now() - typed < WRITING && Boolean(document.getElementById("box-text")?.value.trim());

function form(fields) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value) data.set(name, value);
  return data;
}
async function beat() {
  const open = ticket();
  if (!open?.dataset.here || document.visibilityState !== "visible") return;
  said = isWriting();
  try { told(await (await post(open.dataset.here, form({ writing: said && "1" }))).json()); } catch { /* the next one may arrive */ }
}
function leave() {
  const open = ticket();
  if (open?.dataset.here) navigator.sendBeacon(open.dataset.here, form({ leaving: "1", csrfmiddlewaretoken: csrf() }));
}

// What the stream or the answer to a beat says of one ticket.
export function told({ ticket: number, people }) {
  others.set(number, people.filter((one) => one.id !== me));
  showRow(number);
  showHead();
}
function showRow(number) {
  const mark = document.querySelector(`#row-${number} [data-answering]`);
  if (!mark) return;
  const writer = (others.get(number) ?? []).find((one) => one.writing);
  mark.hidden = !writer;
  mark.title = writer ? sentence(writer) : "";
}
const sentence = (one) => (one.writing ? words().writing : words().here ?? "").replace("{name}", one.name);

function showHead() {
  const place = document.getElementById("presence");
  const people = others.get(Number(ticket()?.dataset.number)) ?? [];
  const text = people.map(sentence).join(", ");
  const line = document.getElementById("presence-said");
  if (line && line.textContent !== text) line.textContent = text;
  if (!place) return;
  place.replaceChildren(...people.slice(0, 4).map(face));
  const writer = people.find((one) => one.writing);
  if (writer) place.append(Object.assign(document.createElement("span"), { className: "presence-words cut", textContent: sentence(writer) }));
  if (people.length > 4) place.append(`+${people.length - 4}`);
}
function face(one) {
  const holder = document.createElement("span");
  holder.className = one.writing ? "face writing" : "face";
  holder.title = sentence(one);
  holder.innerHTML = one.avatar; // made by the server of initials alone
  return holder;
}

document.addEventListener("input", (event) => {
  if (event.target.id !== "box-text") return;
  typed = Date.now();
  if (isWriting() !== said) beat();
});
document.addEventListener("live:presence", (event) => told(event.detail));
document.addEventListener("ticket:news", showHead);
document.addEventListener("ticket:opened", () => { typed = 0; showHead(); beat(); });
document.addEventListener("htmx:beforeSwap", (event) => { if (event.target.id === "conversation") leave(); });
document.addEventListener("visibilitychange", beat);
addEventListener("pagehide", leave);
setInterval(beat, EVERY);
beat();
