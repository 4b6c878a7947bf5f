// The app's shortcuts: in a menu beside the composer, and on each message.

import { el, icon } from "./dom.js";
import { model, notice, place } from "./model.js";
import { post } from "./net.js";

const BOLT = icon("M11 2L4 11.5h5L8 18l8-10h-5.5z");

/** The button of the menu for shortcuts from anywhere. */
export function shortcutsButton() {
  return menu("Shortcuts", BOLT.cloneNode(true), () => named("global", {}));
}

/** The button of the menu for shortcuts on a message; none where the app can't see it. */
export function messageButton(message, channel) {
  if (message.local || message.deleted || message.ephemeral_for) return null;
  const node = menu("More actions", "⋯", () => named("message", { ts: message.ts, channel: channel.id }));
  node.classList.add("message-menu");
  return node;
}

function named(kind, where) {
  return model.shortcuts
    .filter((one) => one.kind === kind)
    .map((one) => [one.name, async () => notice(await post("/api/shortcut", { ...place(), ...where, callback_id: one.callback_id }))]);
}

function menu(label, face, items) {
  const list = el("div", { role: "menu", class: "menu", "aria-label": label, hidden: true });
  const button = el("button", { type: "button", class: "icon-button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": label, title: label }, face);
  const node = el("div", { class: "menu-holder" }, button, list);
  const close = () => {
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
  };
  const open = () => {
    const rows = items().map(([words, run]) =>
      el("button", { type: "button", role: "menuitem", tabindex: "-1", onclick: () => (close(), button.focus(), run()) }, words),
    );
    list.replaceChildren(...rows);
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    rows[0]?.focus();
  };
  button.addEventListener("click", () => (list.hidden ? open() : close()));
  node.addEventListener("focusout", (event) => node.contains(event.relatedTarget) || close());
  node.addEventListener("keydown", (event) => {
    const rows = [...list.children];
    const at = rows.indexOf(document.activeElement);
    if (list.hidden) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
      button.focus();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      rows[(at + (event.key === "ArrowDown" ? 1 : rows.length - 1)) % rows.length]?.focus();
    }
  });
  return node;
}
