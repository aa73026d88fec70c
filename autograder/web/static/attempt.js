// Follows an attempt while it moves, and gives the feedback's frame the height of what is in it.

const state = document.getElementById("state");
if (state) follow(state.dataset.events, document.getElementById("says"));

function follow(address, says) {
  const events = new EventSource(address);
  const later = () => setTimeout(() => location.reload(), 4000);
  let waiting = later(); // a proxy that keeps events to itself: look again as without a script
  events.onmessage = (event) => {
    clearTimeout(waiting);
    const told = JSON.parse(event.data);
    if (told.over) return finish();
    says.textContent = told.says;
  };
  events.addEventListener("over", finish);
  events.onerror = () => {
    clearTimeout(waiting);
    waiting = later();
  };
  function finish() {
    events.close();
    location.reload();
  }
}

const frame = document.getElementById("frame");
if (frame) {
  const fit = () => {
    const page = frame.contentDocument?.documentElement;
    if (page) frame.height = page.offsetHeight + 2;
  };
  frame.addEventListener("load", () => {
    fit();
    new ResizeObserver(fit).observe(frame.contentDocument.documentElement);
  });
  if (frame.contentDocument?.readyState === "complete") fit();
  addEventListener("resize", fit);
}
