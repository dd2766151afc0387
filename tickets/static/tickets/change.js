// Changes to the open ticket without leaving it: post, put in what is new, offer to take it back.
import { news, refreshLists } from "./live.js";
import { newKey, parsed, post, toast } from "./server.js";

const words = () => document.getElementById("words")?.dataset ?? {};

async function change(url, body, told = () => {}) {
  const response = await post(url, body);
  const html = await response.text();
  told();
  news(parsed(html));
  refreshLists().catch(() => {});
}

// What was pressed may be gone now; the focus goes to where it was, or to what is read.
function keepFocus(menu) {
  if (document.activeElement && document.activeElement !== document.body) return;
  (document.querySelector(`[data-menu="${menu}"] > summary`) ?? document.getElementById("conversation-scroll"))?.focus({ preventScroll: true });
}

function undoOf(form, body) {
  const head = document.getElementById("ticket-head");
  const before = { state: head.dataset.state, assignee: head.dataset.assignee, priority: head.dataset.priority }[body.get("what")];
  if (before === undefined || before === body.get("value")) return undefined;
  return async () => {
    const back = new FormData();
    back.set("key", newKey());
    back.set("what", body.get("what"));
    back.set("value", before);
    try { await change(form.action, back); keepFocus(""); } catch (error) { toast(error.message, { failed: true }); }
  };
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-change]")) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  const undo = document.getElementById("ticket-head") ? undoOf(form, body) : undefined;
  const menu = form.closest("details.menu");
  const name = menu?.dataset.menu;
  menu?.removeAttribute("open");
  document.getElementById("toasts").replaceChildren();
  try {
    await change(form.action, body, () => toast(words().changed, { undo, label: words().undo, seconds: 40 }));
    keepFocus(name);
  } catch (error) {
    toast(error.message || words().failed, { failed: true });
  }
});
