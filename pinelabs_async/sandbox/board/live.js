// Replaces what changed, about once a second. Without it the page shows the same on each reload.
"use strict";

const stale = document.getElementById("state");
const template = document.createElement("template");

// A list in which someone presses a button or has written an amount waits, so that neither is lost.
function isWorkedIn(element) {
  const fields = [...element.querySelectorAll("input:not([type=hidden])")];
  return (
    element.matches(":active") ||
    fields.some((field) => field === document.activeElement || field.value !== field.defaultValue)
  );
}

function show(parts) {
  for (const [id, html] of Object.entries(parts)) {
    const element = document.getElementById(id);
    // What is the same stays, so that a button is still there when the mouse comes down on it.
    template.innerHTML = html;
    if (element === null || template.innerHTML === element.innerHTML || isWorkedIn(element)) continue;
    element.replaceChildren(template.content);
  }
}

async function refresh() {
  try {
    if (!document.hidden) {
      const answer = await fetch("/board/lists", { cache: "no-store" });
      if (answer.ok) show(await answer.json());
      stale.hidden = answer.ok;
    }
  } catch {
    stale.hidden = false;
  }
  setTimeout(refresh, 1000);
}

refresh();
