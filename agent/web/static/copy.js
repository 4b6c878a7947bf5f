"use strict";

// Browsers have a clipboard only where the page came by TLS or from this machine; elsewhere the text is selected first.
async function copied(element) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(element.textContent);
      return true;
    } catch {
      // not allowed: the older way may be
    }
  }
  getSelection().selectAllChildren(element);
  return document.execCommand("copy");
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await copied(document.getElementById(button.dataset.copies));
    button.textContent = done ? "Copied" : "Press Ctrl+C";
  });
}
