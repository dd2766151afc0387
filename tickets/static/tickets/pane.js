// The panes: what is open, where it is scrolled to, the paper of HTML mail, and the switches at their edges.
import { post } from "./server.js";

const root = document.documentElement;
const keep = (name, value) => { root.dataset[name] = value; try { localStorage.setItem(name, value); } catch { /* private window */ } };
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);

export const ticket = () => document.getElementById("ticket");
const scroller = () => document.getElementById("conversation-scroll");
let hasScrolled = false;

const actions = {
  drawer() {
    const opens = root.dataset.drawer !== "open";
    root.dataset.drawer = opens ? "open" : "closed";
    if (opens) document.querySelector("#rail a, #rail input")?.focus();
    else document.querySelector(".drawer-opener:is(button), .drawer-opener button")?.focus();
  },
  rail() { keep("rail", root.dataset.rail === "narrow" ? "wide" : "narrow"); },
  panel() {
    const isShown = getComputedStyle(document.getElementById("panel")).display !== "none";
    keep("panel", isShown ? "closed" : "open");
  },
  theme() {
    keep("theme", isDark() ? "light" : "dark");
    document.querySelectorAll("iframe.paper").forEach(dress);
  },
  shortcuts() { document.getElementById("shortcuts").showModal(); },
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) actions[button.dataset.do]?.();
});
export const act = (name) => actions[name]();
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && root.dataset.drawer === "open") actions.drawer();
});

// HTML mail: its own paper, as high as its content; the height is remembered so that it does not move the next time.
const heightKey = (frame) => `height ${frame.getAttribute("src")} ${Math.round(frame.clientWidth / 40)}`;
function dress(frame) {
  const page = frame.contentDocument;
  if (page?.documentElement) page.documentElement.dataset.theme = isDark() ? "dark" : "light";
}
function measure(frame) {
  const body = frame.contentDocument?.body;
  if (!body || !frame.clientWidth) return;
  const height = Math.min(Math.ceil(body.getBoundingClientRect().height) + 2, 12000);
  if (Math.abs(frame.clientHeight - height) < 2) return;
  frame.style.height = `${height}px`;
  try { sessionStorage.setItem(heightKey(frame), height); } catch { /* full */ }
  if (!hasScrolled) position();
}
function fit(frame) {
  const page = frame.contentDocument;
  if (!page?.body || page.URL === "about:blank" || frame.dataset.fitted === page.URL) return;
  frame.dataset.fitted = page.URL;
  dress(frame);
  measure(frame);
  new ResizeObserver(() => measure(frame)).observe(page.body);
  page.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab" || event.key === "Enter") return;
    document.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, bubbles: true, cancelable: true }));
  });
}
function reserve(frame) {
  let known = null;
  try { known = sessionStorage.getItem(heightKey(frame)); } catch { /* none */ }
  if (known) frame.style.height = `${known}px`;
}
document.addEventListener("load", (event) => {
  if (!event.target.matches?.("iframe.paper")) return;
  delete event.target.dataset.fitted;
  fit(event.target);
}, true);
export function frames(scope = document) {
  scope.querySelectorAll("iframe.paper").forEach((frame) => { reserve(frame); fit(frame); });
}

// Where a conversation opens: at the beginning of its last message.
export function position() {
  const box = scroller();
  const all = box?.querySelectorAll(".message[open]");
  const last = all?.[all.length - 1];
  if (!last) return;
  const aim = location.hash.startsWith("#message-") ? document.getElementById(location.hash.slice(1)) ?? last : last;
  if (aim.tagName === "DETAILS") aim.open = true;
  for (let around = box.parentElement; around; around = around.parentElement) around.scrollTop = 0; // a browser that goes to #message-… scrolls these too
  box.scrollTop += aim.getBoundingClientRect().top - box.getBoundingClientRect().top - 12;
}

export function markRead() {
  const open = ticket();
  if (!open || document.visibilityState !== "visible") return;
  const row = document.getElementById(`row-${open.dataset.number}`);
  row?.classList.remove("unread");
  row?.querySelector(".dot")?.remove();
  row?.querySelector(".who .unseen")?.remove();
  post(open.dataset.read)
    .then((answer) => { if (answer.headers.get("X-Cleared")) document.dispatchEvent(new CustomEvent("told:cleared")); })
    .catch(() => {});
}

function opened() {
  const open = ticket();
  const workspace = document.querySelector(".workspace");
  if (!open) return;
  hasScrolled = false;
  workspace.dataset.shows = "ticket";
  document.title = `${open.dataset.title} · Holdfast`;
  for (const row of document.querySelectorAll(".list-row")) {
    if (row.dataset.number === open.dataset.number) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  frames(open);
  position();
  for (const name of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    scroller().addEventListener(name, () => { hasScrolled = true; }, { passive: true, once: true });
  }
  markRead();
}
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "conversation") {
    opened();
    if (matchMedia("(max-width: 699px)").matches) scroller().focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("ticket:opened"));
  } else frames(event.target);
});
document.addEventListener("toggle", (event) => { if (event.target.matches?.("details.message[open]")) frames(event.target); }, true);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") markRead(); });
opened();
