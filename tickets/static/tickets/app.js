// The screens' own small state. Each module looks after one thing.
import "./pane.js";
import "./menu.js";
import "./change.js";
import "./composer.js";
import "./select.js";
import "./keyboard.js";
import "./live.js";
import "./presence.js";
import "./saved.js";
import "./told.js";
import "./mentions.js";
import "./search.js";

document.documentElement.dataset.ready = "";
