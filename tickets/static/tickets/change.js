// Changes to the open ticket without leaving it: post, put in what is new, offer to take it back.
import { news, refreshLists } from "./live.js";
import { newKey, parsed, post, toast } from "./server.js";

const words = () => document.getElementById("words")?.dataset ?? {};

async function change(url, body) {
  const response = await post(url, body);
  news(parsed(await response.text()));
  refreshLists();
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
    try { await change(form.action, back); } catch (error) { toast(error.message, { failed: true }); }
  };
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-change]")) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  const undo = document.getElementById("ticket-head") ? undoOf(form, body) : undefined;
  form.closest("details.menu")?.removeAttribute("open");
  try {
    await change(form.action, body);
    toast(words().changed, { undo, label: words().undo });
  } catch (error) {
    toast(error.message || words().failed, { failed: true });
  }
});
