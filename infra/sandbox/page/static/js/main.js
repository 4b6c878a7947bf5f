// Start: hear the sandbox, draw what is known.

import { drawComposer, mountComposer } from "./composer.js";
import { drawConversation, drawNothing } from "./conversation.js";
import { drawGhes, mountGhes } from "./ghes.js";
import { drawHome } from "./home.js";
import { drawModal, mountModal } from "./modal.js";
import { model, onChange, takeChannel, takeMessage, takeSnapshot, takeView, takeWatched } from "./model.js";
import { listen } from "./net.js";
import { watchLinks } from "./pages.js";
import { drawSidebar } from "./sidebar.js";

mountComposer();
mountGhes();
mountModal();
watchLinks();
drawNothing();

let asked = false;
onChange(() => {
  if (asked || !model.ready) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    drawSidebar();
    drawConversation();
    drawHome();
    drawComposer();
    drawGhes();
    drawModal();
  });
});

listen(
  { snapshot: takeSnapshot, message: takeMessage, channel: takeChannel, view: takeView, watched: takeWatched },
  (connected) => {
    document.getElementById("offline").hidden = connected;
  },
);
