// What one is told: the count in the title, what the browser calls out, and the switches on one's own page.
import { refreshLists } from "./live.js";
import { markRead } from "./pane.js";
import { part } from "./server.js";

const COUNT = /^\(\d+\+?\) /;
let after = new Date().toISOString(); // by the server's clock from the first answer on

// "(3) …": as many as the rail says.
export function retitle() {
  const count = document.getElementById("rail-told")?.dataset.unread ?? "";
  const bare = document.title.replace(COUNT, "");
  document.title = count ? `(${count}) ${bare}` : bare;
  document.documentElement.toggleAttribute("data-told", Boolean(count));
}
const rail = document.getElementById("rail-lists");
if (rail) new MutationObserver(retitle).observe(rail, { childList: true });
document.addEventListener("ticket:opened", retitle);
retitle();

document.addEventListener("told:cleared", () => refreshLists().catch(() => {})); // this page has read what it was told
document.addEventListener("live:told", async (event) => {
  markRead(); // what is told may be of what is read just now
  refreshLists().catch(() => {});
  const latest = document.getElementById("rail-told")?.dataset.latest;
  if (!event.detail?.leads || !latest) return;
  try {
    const told = JSON.parse(await part(`${latest}?after=${encodeURIComponent(after)}`));
    after = told.now;
    told.items.forEach(callOut);
    if (told.new && told.sound) chime();
  } catch { /* the next one asks again, from the same moment on */ }
});
function callOut({ id, title, body, url }) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const shown = new Notification(title, { body, tag: id });
  shown.onclick = () => { window.focus(); location.href = url; shown.close(); };
}
function chime() {
  try {
    const context = new AudioContext();
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = 660;
    volume.gain.setValueAtTime(0.08, context.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.5);
    tone.connect(volume).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + 0.5);
    tone.onended = () => context.close();
  } catch { /* nobody has touched the page yet: the browser stays silent */ }
}

// The browser is asked for its permission when somebody switches it on, and not before.
document.addEventListener("change", async (event) => {
  const form = event.target.closest?.("form[data-told]");
  if (!form || !event.target.checked || !event.target.value.endsWith(":browser")) return;
  const line = form.querySelector("[data-wrong]");
  const answer = "Notification" in window ? await Notification.requestPermission() : "denied";
  line.hidden = answer === "granted";
  if (answer === "granted") return;
  event.target.checked = false;
  line.textContent = form.dataset.denied;
});
