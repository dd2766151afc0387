// The phone: stay at the newest line, send with Enter, edit an own line, show which file is chosen.
(() => {
  "use strict";
  const chat = document.querySelector(".phone-chat");
  const box = document.querySelector(".phone-box");
  if (!chat || !box) return;
  const text = box.elements.text, message = box.elements.message, file = box.elements.file;
  const editing = box.querySelector(".phone-editing"), chosen = box.querySelector(".phone-file");
  let atEnd = true;
  const toEnd = () => { chat.scrollTop = chat.scrollHeight; };
  const edit = (number, words) => {
    message.value = number;
    text.value = words;
    editing.hidden = !number;
    text.focus();
  };
  toEnd();
  chat.addEventListener("scroll", () => { atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 60; });
  chat.addEventListener("load", () => { if (atEnd) toEnd(); }, true);
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (chat.querySelector("details[open]")) event.detail.shouldSwap = false; // somebody chooses a reaction
  });
  document.addEventListener("htmx:afterSwap", () => { if (atEnd) toEnd(); });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-edit]");
    if (button) edit(button.dataset.edit, button.dataset.text);
    if (event.target.closest("[data-cancel]")) edit("", "");
  });
  file.addEventListener("change", () => {
    chosen.hidden = !file.files.length;
    chosen.textContent = file.files.length ? file.files[0].name : "";
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      box.requestSubmit();
    } else if (event.key === "Escape") {
      edit("", "");
    }
  });
  text.focus({ preventScroll: true });
})();
