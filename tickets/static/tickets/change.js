// Small changes to the open ticket without leaving it: post, put in what is new. Those that can be taken back: select.js.
import { news, refreshLists } from "./live.js";
import { parsed, post, toast } from "./server.js";

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

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-change]")) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  const menu = form.closest("details.menu");
  const name = menu?.dataset.menu;
  menu?.removeAttribute("open");
  document.getElementById("toasts").replaceChildren();
  try {
    await change(form.action, body, () => toast(words().changed));
    keepFocus(name);
  } catch (error) {
    toast(error.message || words().failed, { failed: true });
  }
});
