/* The button of the chat, and the frame that it opens. Styles are set one by one, so that the strictest policy of a site lets them be. */
(() => {
  "use strict";
  const told = {{ told|safe }};
  if (window.holdfastChat) return;
  const script = document.currentScript;
  const language = (script?.dataset.language || document.documentElement.lang || navigator.language || "en").slice(0, 2).toLowerCase();
  const say = (words) => words[language] || words.en;
  const flag = `holdfast:${told.chat}`;
  let jwt = script?.dataset.jwt || "";
  let isOpen = false, isReady = false, waiting = [];

  const remember = {
    get(name) { try { return localStorage.getItem(`${flag}:${name}`); } catch { return null; } },
    set(name, value) { try { value === null ? localStorage.removeItem(`${flag}:${name}`) : localStorage.setItem(`${flag}:${name}`, value); } catch { /* a browser that keeps nothing */ } },
  };
  const style = (element, values) => { for (const [name, value] of Object.entries(values)) element.style.setProperty(name, value, "important"); };
  const drawn = (path) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [name, value] of Object.entries({ viewBox: "0 0 24 24", width: "26", height: "26", fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" })) svg.setAttribute(name, value);
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  };
  const light = (hex) => { const [r, g, b] = [1, 3, 5].map((at) => ((parseInt(hex.slice(at, at + 2), 16) / 255 + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ink = light(told.colour) > 0.18 ? "#10201e" : "#ffffff";

  const button = document.createElement("button");
  button.type = "button";
  button.id = `holdfast-button-${told.chat}`;
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", `holdfast-chat-${told.chat}`);
  style(button, { all: "initial", position: "fixed", "inset-block-end": "20px", "inset-inline-end": "20px", width: "56px", height: "56px", "border-radius": "28px", background: told.colour, color: ink, display: "flex", "align-items": "center", "justify-content": "center", cursor: "pointer", "z-index": "2147483000", "box-shadow": "0 4px 16px rgb(0 0 0 / .25)", "box-sizing": "border-box" });
  button.append(drawn("M4 5h16v11H9l-5 4z"));
  const badge = document.createElement("span");
  style(badge, { position: "absolute", top: "-4px", right: "-4px", "min-width": "20px", height: "20px", padding: "0 5px", "border-radius": "10px", background: "#b3261e", color: "#fff", font: "600 12px/20px system-ui, sans-serif", "text-align": "center", "box-sizing": "border-box", display: "none" });
  button.append(badge);
  button.addEventListener("focus", () => style(button, { outline: `3px solid ${ink}`, "outline-offset": "-6px" }));
  button.addEventListener("blur", () => style(button, { outline: "none" }));
  let frame = null;

  const tell = (message) => { if (isReady) frame.contentWindow.postMessage({ holdfast: told.chat, ...message }, told.origin); else waiting.push(message); };
  const label = (unread = 0) => {
    button.setAttribute("aria-label", (isOpen ? say(told.close) : say(told.open)) + (unread ? ` (${unread})` : ""));
    badge.textContent = unread > 99 ? "99+" : String(unread);
    style(badge, { display: unread && !isOpen ? "block" : "none" });
  };
  const load = () => {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.id = `holdfast-chat-${told.chat}`;
    frame.title = told.title;
    frame.src = `${told.frame}?language=${encodeURIComponent(language)}`;
    frame.allow = "";
    frame.referrerPolicy = "origin"; // the frame has to know on which site it stands
    place();
    document.body.append(frame);
  };
  const place = () => {
    if (!frame) return;
    const isSmall = window.matchMedia("(max-width: 480px), (max-height: 480px)").matches;
    style(frame, isSmall
      ? { all: "initial", position: "fixed", inset: "0", width: "100%", height: "100%", border: "0", "z-index": "2147483001", "color-scheme": "normal", display: isOpen ? "block" : "none" }
      : { all: "initial", position: "fixed", "inset-block-end": "88px", "inset-inline-end": "20px", width: "380px", height: "min(600px, calc(100vh - 108px))", border: "0", "border-radius": "14px", "box-shadow": "0 8px 40px rgb(0 0 0 / .3)", "z-index": "2147483001", "color-scheme": "normal", display: isOpen ? "block" : "none" });
  };
  const show = (wanted) => {
    if (wanted === isOpen) return;
    isOpen = wanted;
    if (isOpen) load();
    place();
    button.setAttribute("aria-expanded", String(isOpen));
    label();
    tell({ do: isOpen ? "opened" : "closed" });
    if (isOpen) frame.focus(); else button.focus();
  };
  button.addEventListener("click", () => show(!isOpen));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && isOpen) show(false); });
  window.addEventListener("resize", place);
  window.addEventListener("message", (event) => {
    if (event.origin !== told.origin || !frame || event.source !== frame.contentWindow || event.data?.holdfast !== told.chat) return;
    const { do: what, value } = event.data;
    if (what === "ready") {
      isReady = true;
      tell({ do: "hello", jwt, kept: remember.get("pass"), page: location.origin + location.pathname });
      for (const message of waiting.splice(0)) tell(message);
    } else if (what === "close") show(false);
    else if (what === "unread") label(Number(value) || 0);
    else if (what === "begun") remember.set("begun", value ? "1" : null);
    else if (what === "keep") remember.set("pass", value || null); // only where the browser lets the frame keep nothing
  });
  window.holdfastChat = Object.freeze({
    open: () => show(true),
    close: () => show(false),
    identify: (token) => { jwt = String(token || ""); load(); tell({ do: "identify", jwt }); },
    reset: () => { jwt = ""; load(); tell({ do: "reset" }); },
  });
  const begin = () => { label(); document.body.append(button); if (jwt || remember.get("begun") || remember.get("pass")) load(); };
  if (document.body) begin(); else document.addEventListener("DOMContentLoaded", begin);
  window.dispatchEvent(new Event("holdfast:ready"));
})();
