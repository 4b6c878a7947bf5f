// The app's modal on top, in front of everything else.

import { drawBlock } from "./blocks.js";
import { drafts, errorAt, forget, object } from "./drafts.js";
import { el, icon, keep } from "./dom.js";
import { inView } from "./hands.js";
import { modals, model, notice, place } from "./model.js";
import { ask, post } from "./net.js";

const dialog = document.getElementById("modal");
const CLOSE = icon("M5 5l10 10", "M15 5L5 15");
const title = el("h2", { id: "modal-title", tabindex: "-1" });
const cross = el("button", { type: "button", class: "icon-button", "aria-label": "Close the form" }, CLOSE);
const body = el("div", { class: "dialog-body" });
const close = el("button", { type: "button", class: "slack-button" });
const submit = el("button", { type: "submit", class: "slack-button primary" });
const said = el("p", { class: "error form-error", role: "alert", hidden: true });
const form = el("form", { novalidate: true }, el("header", {}, title, cross), body, said, el("footer", {}, close, submit));
let shown = null;

export function mountModal() {
  dialog.append(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  cross.addEventListener("click", () => leave(true));
  close.addEventListener("click", () => leave(false));
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave(false);
  });
}

export function drawModal() {
  const view = modals().at(-1);
  if (!view) {
    if (dialog.open) dialog.close();
    shown = null;
    return;
  }
  const another = shown !== view.id;
  shown = view.id;
  dialog.dataset.view = view.id;
  title.textContent = view.title.text;
  close.textContent = view.close?.text ?? (view.previous_view_id ? "Back" : "Cancel");
  submit.hidden = !view.submit;
  submit.textContent = view.submit?.text ?? "";
  const hands = inView(view, tell);
  if (another) tell("");
  keep(
    body,
    view.blocks.map((block) => [`${view.id} ${block.block_id}`, [block, errorAt(view.id, block.block_id)], () => drawBlock(block, hands)]),
  );
  if (!dialog.open) dialog.showModal();
  if (another) (body.querySelector("input, textarea, select") ?? title).focus();
}

async function send() {
  const view = shown;
  if (!view || submit.disabled) return;
  submit.disabled = true;
  const { notice: words, errors } = await ask("/api/view/submit", { ...place(), view, values: drafts(view) });
  submit.disabled = false;
  tell(words);
  object(view, errors);
  if (!Object.keys(errors ?? {}).length) return;
  requestAnimationFrame(() => requestAnimationFrame(() => body.querySelector(".wrong :is(input, textarea, select)")?.focus()));
}

/** What went wrong with the whole form stands above its buttons: the page behind it is out of reach. */
function tell(words) {
  said.textContent = words;
  said.hidden = !words;
}

async function leave(everything) {
  if (!shown) return;
  const gone = everything ? [...model.views.keys()] : [shown];
  notice(await post("/api/view/close", { ...place(), view: shown, everything }));
  gone.forEach(forget);
}
