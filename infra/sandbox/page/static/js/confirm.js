// The question that an element asks before the app hears of it.

import { el, show } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";

const dialog = document.getElementById("confirm");

/** Whether the person says yes. */
export function confirmed({ title, text, confirm, deny, style }) {
  return new Promise((answer) => {
    const done = (yes) => () => {
      dialog.close();
      answer(yes);
    };
    dialog.oncancel = () => answer(false);
    show(
      dialog,
      el("h2", { id: "confirm-title" }, title.text),
      el("div", { class: "dialog-body" }, text.type === "mrkdwn" ? mrkdwn(text.text) : el("p", {}, text.text)),
      el(
        "footer",
        {},
        el("button", { type: "button", class: "slack-button", onclick: done(false) }, deny.text),
        el("button", { type: "button", class: `slack-button ${style ?? "primary"}`, onclick: done(true) }, confirm.text),
      ),
    );
    dialog.showModal();
  });
}
