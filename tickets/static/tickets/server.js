// Requests to the server, and what is said to the person when they fail.
export const csrf = () => document.body.dataset.csrf;

export async function post(url, body) {
  const response = await fetch(url, {
    method: "POST", body, headers: { "X-CSRFToken": csrf(), "X-Part": "1" }, credentials: "same-origin",
  });
  if (response.redirected && new URL(response.url).pathname.startsWith("/sign-in")) location.reload();
  if (!response.ok) throw new Error(await reason(response));
  return response;
}

// Why the server refused, in its own words; a whole page says no more than that something failed.
async function reason(response) {
  const text = (response.headers.get("Content-Type") ?? "").startsWith("text/html") ? (await response.text()).trim() : "";
  return text && !text.startsWith("<!") ? text.slice(0, 400) : document.getElementById("words").dataset.failed;
}

export async function part(url) {
  const response = await fetch(url, { headers: { "X-Part": "1" }, credentials: "same-origin" });
  if (response.redirected && new URL(response.url).pathname.startsWith("/sign-in")) { location.reload(); return ""; }
  if (!response.ok) throw new Error(response.statusText);
  return response.text();
}

export function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// A line at the bottom that says what was done; with `undo`, a button that takes it back.
export function toast(text, { undo, label, failed = false, seconds = 8 } = {}) {
  const box = document.createElement("div");
  box.className = failed ? "toast fail" : "toast";
  const words = document.createElement("span");
  words.textContent = text;
  box.append(words);
  const close = () => box.remove();
  if (undo) {
    const button = document.createElement("button");
    button.className = "button small";
    button.type = "button";
    button.dataset.undo = "";
    button.textContent = label;
    button.addEventListener("click", () => { close(); undo(); });
    box.append(button);
  }
  const toasts = document.getElementById("toasts");
  toasts.replaceChildren(box);
  setTimeout(close, (failed ? 15 : seconds) * 1000);
  return close;
}

export const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
