// The list stands still. While somebody looks at it, it asks once a minute whether forms came, and says so in its place.
"use strict";

const place = document.querySelector("[data-new]");
const link = place && place.querySelector("a");

async function ask() {
  if (document.hidden) return;
  const answer = await fetch(place.dataset.new, { credentials: "same-origin" }).catch(() => null);
  if (answer && answer.status === 403) clearInterval(asking); // signed out meanwhile
  if (!answer || !answer.ok) return;
  const said = (await answer.json()).new;
  if (link.textContent !== said) link.textContent = said;
  link.hidden = !said;
}

const asking = place && setInterval(ask, 60_000);
