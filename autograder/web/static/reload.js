// Reloads a page that is still moving, as often as it asks for; its link does the same by hand.

const state = document.querySelector("[data-reload]");
if (state) setTimeout(() => location.reload(), 1000 * Number(state.dataset.reload));
