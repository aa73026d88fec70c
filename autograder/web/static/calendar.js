// The button that copies the personal link; without script the link can be marked and copied by hand.

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const told = document.getElementById("copied");
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    told.textContent = told.dataset.says;
  });
}
