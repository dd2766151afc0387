// Runs before the first paint: the theme, and which panes are open, as this browser left them.
(() => {
  const root = document.documentElement;
  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  for (const name of ["theme", "rail", "panel"]) if (kept(name)) root.dataset[name] = kept(name);
  if (matchMedia("(max-width: 1359px)").matches) root.dataset.panel = "closed";
})();
