// Menus are <details>: one open at a time, closed by Escape and by a click elsewhere, walked with the arrow keys.
const openMenus = () => document.querySelectorAll("details.menu[open]");

export function openMenu(name) {
  const menu = document.querySelector(`details.menu[data-menu="${name}"]`);
  if (!menu) return;
  menu.open = true;
  menu.querySelector(".menu-box input:not([type=hidden]), .menu-box .item")?.focus();
}

document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("details.menu") || !event.target.open) return;
  openMenus().forEach((menu) => { if (menu !== event.target) menu.open = false; });
}, true);
document.addEventListener("click", (event) => openMenus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
document.addEventListener("focusin", (event) => openMenus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.preventDefault();
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const items = [...menu.querySelectorAll(".menu-box .item")];
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length]?.focus();
  event.preventDefault();
});
