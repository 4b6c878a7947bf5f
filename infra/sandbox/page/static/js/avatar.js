// Faces: initials on a colour of one's own; the app has its mark.

import { el } from "./dom.js";

const HUES = { mona: 262, defunkt: 18, ada: 168 };

export function avatar(person, size = "") {
  if (!person) return el("span", { class: `avatar slackbot ${size}`, "aria-hidden": "true" }, "♥");
  if (person.is_bot) return el("img", { class: `avatar ${size}`, src: "/static/icon.svg", alt: "" });
  const hue = HUES[person.name] ?? [...person.name].reduce((sum, one) => sum + one.charCodeAt(0) * 37, 0) % 360;
  return el(
    "span",
    { class: `avatar ${size}`, style: { "--hue": hue }, "aria-hidden": "true" },
    person.real_name.slice(0, 1),
  );
}
