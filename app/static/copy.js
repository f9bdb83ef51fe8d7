// A button that copies a box: it stays hidden where there is no script, and the box can be copied by hand.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  const box = document.getElementById(button.dataset.copy);
  const said = document.getElementById(`${button.dataset.copy}-copied`);
  button.hidden = false;
  button.addEventListener("click", async () => {
    box.select();
    try {
      await navigator.clipboard.writeText(box.value);
      said.textContent = "Copied.";
    } catch {
      said.textContent = "All of it is selected. Copy it with Ctrl+C.";
    }
  });
}
